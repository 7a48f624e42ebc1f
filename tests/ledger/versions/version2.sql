BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL, 
	book TEXT NOT NULL, 
	holder TEXT, 
	kind TEXT, 
	year INTEGER, 
	state TEXT NOT NULL, 
	item TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(holder) REFERENCES holder (holder), 
	FOREIGN KEY(kind) REFERENCES kind (kind)
);
INSERT INTO "account" VALUES(1,'quota',NULL,'新增计划',2018,'issuer',NULL);
INSERT INTO "account" VALUES(2,'quota','观海卫镇','新增计划',2018,'requested',NULL);
INSERT INTO "account" VALUES(3,'quota','慈溪市','新增计划',2018,'available',NULL);
INSERT INTO "account" VALUES(4,'quota','观海卫镇','新增计划',2018,'available',NULL);
INSERT INTO "account" VALUES(5,'quota','观海卫智能电器小镇','新增计划',2018,'available',NULL);
INSERT INTO "account" VALUES(6,'quota','周巷镇','新增计划',2018,'available',NULL);
INSERT INTO "account" VALUES(7,'quota','观海卫智能电器小镇','新增计划',2018,'reserved','held');
INSERT INTO "account" VALUES(8,'quota','观海卫智能电器小镇','新增计划',2018,'committed',NULL);
INSERT INTO "account" VALUES(9,'quota','慈溪市','新增计划',2019,'available',NULL);
INSERT INTO "account" VALUES(10,'quota','观海卫智能电器小镇','新增计划',2019,'available',NULL);
INSERT INTO "account" VALUES(11,'money',NULL,'新增建设用地有偿使用费',NULL,'issuer',NULL);
INSERT INTO "account" VALUES(12,'money','慈溪市','新增建设用地有偿使用费',NULL,'available',NULL);
INSERT INTO "account" VALUES(13,'quota',NULL,'占补平衡-产能',NULL,'issuer',NULL);
INSERT INTO "account" VALUES(14,'quota','慈溪市','占补平衡-产能',NULL,'available',NULL);
INSERT INTO "account" VALUES(15,'land',NULL,NULL,NULL,'issuer',NULL);
INSERT INTO "account" VALUES(16,'land','观海卫镇',NULL,NULL,'batch','浙土字〔2018〕7号');
INSERT INTO "account" VALUES(17,'land','观海卫镇',NULL,NULL,'approved','ZX-P-07');
INSERT INTO "account" VALUES(18,'land','观海卫镇',NULL,NULL,'approved','ZX-P-08');
INSERT INTO "account" VALUES(19,'land','观海卫镇',NULL,NULL,'requisitioned','ZX-P-07');
INSERT INTO "account" VALUES(20,'land','观海卫镇',NULL,NULL,'banked','ZX-P-07');
INSERT INTO "account" VALUES(21,'land','观海卫镇',NULL,NULL,'supplied','ZX-P-07');
INSERT INTO "account" VALUES(22,'land','观海卫镇',NULL,NULL,'under_construction','ZX-P-07');
INSERT INTO "account" VALUES(23,'land','观海卫镇',NULL,NULL,'completed','ZX-P-07');
INSERT INTO "account" VALUES(24,'land','观海卫镇',NULL,NULL,'accepted','ZX-P-07');
CREATE TABLE allowance (
	seq INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	year INTEGER, 
	hundredths INTEGER NOT NULL, 
	effective TEXT NOT NULL, 
	valid_to TEXT, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES entry (seq), 
	FOREIGN KEY(holder) REFERENCES holder (holder), 
	FOREIGN KEY(kind) REFERENCES kind (kind)
);
INSERT INTO "allowance" VALUES(9,'超限额度','观海卫智能电器小镇','新增计划',2018,1050,'2018-06-01','2018-09-01');
CREATE TABLE entry (
	seq INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	type TEXT NOT NULL, 
	effective TEXT NOT NULL, 
	recorded TEXT NOT NULL, 
	document TEXT, 
	clause TEXT, 
	body TEXT NOT NULL, 
	prev TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	CONSTRAINT entry_key UNIQUE ("key")
);
INSERT INTO "entry" VALUES(1,'holder:慈溪市','holder','1949-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"holder":"慈溪市","level":"county","name_en":"Cixi","v":1}','174a22ed5a0df89f4a86b73c1ce94e7a0cb81fc542ba32b135f9d647d77deb13','d49c520c012ea21ea1f6cfc91e56671d820f7fe88a80717f5dfb2b1dd2378ca5');
INSERT INTO "entry" VALUES(2,'holder:观海卫镇','holder','1949-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"holder":"观海卫镇","level":"town","parent":"慈溪市","v":1}','d49c520c012ea21ea1f6cfc91e56671d820f7fe88a80717f5dfb2b1dd2378ca5','2212eedd730be87664e659e7528d7d2f10954668574218b6189eabc29a715f26');
INSERT INTO "entry" VALUES(3,'holder:周巷镇','holder','1949-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"holder":"周巷镇","level":"town","parent":"慈溪市","v":1}','2212eedd730be87664e659e7528d7d2f10954668574218b6189eabc29a715f26','21a168069f4cd65f1712423ba874fd43ec10ef56716da2d9e5c1d19cf282a6df');
INSERT INTO "entry" VALUES(4,'holder:观海卫智能电器小镇','holder','1949-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"holder":"观海卫智能电器小镇","level":"zone","parent":"观海卫镇","v":1,"zone":"GHW-01"}','21a168069f4cd65f1712423ba874fd43ec10ef56716da2d9e5c1d19cf282a6df','3362475c9240f97b94ce6bcde098542b1fef4901697351a039e45b7279fdd3db');
INSERT INTO "entry" VALUES(5,'kind:新增计划','kind','1949-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"carry":true,"covers_conversion":true,"kind":"新增计划","name":"新增建设用地计划指标","unit":"mu","v":1}','3362475c9240f97b94ce6bcde098542b1fef4901697351a039e45b7279fdd3db','decb00daf229b26da4946b1c39aeb4b608b1a7e26a6bc5588e835c957a3709ac');
INSERT INTO "entry" VALUES(6,'kind:统筹','kind','2010-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"carry":false,"covers_conversion":true,"kind":"统筹","name":"统筹指标","unit":"mu","v":1,"valid_from":"2010-01-01","valid_to":"2020-06-30"}','decb00daf229b26da4946b1c39aeb4b608b1a7e26a6bc5588e835c957a3709ac','fe046ce8375964f865ebf54a05cabd9df4d979b75a69a6773b2a6a0640014a80');
INSERT INTO "entry" VALUES(7,'kind:占补平衡-产能','kind','1949-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"carry":false,"covers_conversion":false,"kind":"占补平衡-产能","name":"占补平衡产能指标","unit":"kg","v":1}','fe046ce8375964f865ebf54a05cabd9df4d979b75a69a6773b2a6a0640014a80','60b27f7bd87696ee20198ac173cd8579d24f8a925248016e667cb562c041052e');
INSERT INTO "entry" VALUES(8,'kind:新增建设用地有偿使用费','kind','1949-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"carry":false,"consumed_by":"fee","covers_conversion":false,"kind":"新增建设用地有偿使用费","level":"省","name":"有偿使用费","name_en":"Fee","unit":"yuan","v":1}','60b27f7bd87696ee20198ac173cd8579d24f8a925248016e667cb562c041052e','7a71f2de6be82298a5741f7920398e69b597111004ff15651967f77585628954');
INSERT INTO "entry" VALUES(9,'L-000009','allowance','2018-06-01','2021-06-23T08:30:00Z','d',NULL,'{"holder":"观海卫智能电器小镇","kind":"新增计划","name":"超限额度","percent":"10.5","v":1,"valid_to":"2018-09-01","year":2018}','7a71f2de6be82298a5741f7920398e69b597111004ff15651967f77585628954','c04dd977084fc5bf578ceeb8954f68e26555d6939ba3baf93f0214ce919257c6');
INSERT INTO "entry" VALUES(10,'L-000010','kind_rule','2018-06-01','2021-06-23T08:30:00Z','甬〔2018〕9号','三','{"carry":true,"kind":"新增计划","v":1,"valid_to":"2030-01-01"}','c04dd977084fc5bf578ceeb8954f68e26555d6939ba3baf93f0214ce919257c6','4bd4401b192c1fe156be24085f167c861c39d2625ede74c25b1e37a4a8990eb5');
INSERT INTO "entry" VALUES(11,'ask','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":40000000,"holder":"观海卫镇","kind":"新增计划","movement":"request","v":1,"year":2018}','4bd4401b192c1fe156be24085f167c861c39d2625ede74c25b1e37a4a8990eb5','9958090df190b1a7ead2f38749cf25457af6881a9cc197ef93090e8878cbfce1');
INSERT INTO "entry" VALUES(12,'grant','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":60000000,"holder":"慈溪市","kind":"新增计划","movement":"grant","parcel":"P-1","v":1,"year":2018,"zone":"GHW-01"}','9958090df190b1a7ead2f38749cf25457af6881a9cc197ef93090e8878cbfce1','425c589697283c31a96dc7a6e74c2c21fccf8ddab54204395c9a32789f8ef931');
INSERT INTO "entry" VALUES(13,'L-000013','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号','二(二)','{"amount":4000000,"holder":"观海卫镇","kind":"新增计划","movement":"grant","request":"ask","v":1,"year":2018}','425c589697283c31a96dc7a6e74c2c21fccf8ddab54204395c9a32789f8ef931','f8271eff66b052801f6c1b226b3521d1fec85fa4a4deecdee2795da0df7d9428');
INSERT INTO "entry" VALUES(14,'L-000014','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":6100000,"holder":"慈溪市","kind":"新增计划","movement":"supplement","v":1,"year":2018}','f8271eff66b052801f6c1b226b3521d1fec85fa4a4deecdee2795da0df7d9428','f4ad5910cd3ca80e630293e90c8faa6889bba9c10be3f400f15cdf230c1f4f56');
INSERT INTO "entry" VALUES(15,'L-000015','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"慈溪市","kind":"新增计划","movement":"reward","v":1,"year":2018}','f4ad5910cd3ca80e630293e90c8faa6889bba9c10be3f400f15cdf230c1f4f56','dbcff2995ce0c6fa9535c634730377644d44ef46139d01c57b6f79f7c26760eb');
INSERT INTO "entry" VALUES(16,'L-000016','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2000000,"holder":"观海卫镇","kind":"新增计划","movement":"withdraw","v":1,"year":2018}','dbcff2995ce0c6fa9535c634730377644d44ef46139d01c57b6f79f7c26760eb','e88386c2aa0bdb452f57a165e576bf2ba96d72406df65ac4dc02b738937e4e7d');
INSERT INTO "entry" VALUES(17,'allot','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":20000000,"holder":"慈溪市","kind":"新增计划","movement":"allot","to":"观海卫镇","v":1,"year":2018}','e88386c2aa0bdb452f57a165e576bf2ba96d72406df65ac4dc02b738937e4e7d','0689d4571d860baf18045fa90dad81b029a0c5c55bfe1064877de37e2e900abb');
INSERT INTO "entry" VALUES(18,'L-000018','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":8000000,"holder":"观海卫镇","kind":"新增计划","movement":"allot","to":"观海卫智能电器小镇","v":1,"year":2018}','0689d4571d860baf18045fa90dad81b029a0c5c55bfe1064877de37e2e900abb','bbe299f27315b102d3de54ae9ef5cd07b1c86d859b0755f5eb6b9be6791fd102');
INSERT INTO "entry" VALUES(19,'L-000019','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":600000,"holder":"观海卫镇","kind":"新增计划","movement":"transfer","to":"周巷镇","v":1,"year":2018}','bbe299f27315b102d3de54ae9ef5cd07b1c86d859b0755f5eb6b9be6791fd102','69584159d21de0256dbf65fce8f009c58c4012e27a10a74abb240eff5e8b0b1b');
INSERT INTO "entry" VALUES(20,'held','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2400000,"expires":"2018-09-01","holder":"观海卫智能电器小镇","kind":"新增计划","movement":"reserve","reason":"第一行\n第二行\t# 不是注释 \"引号\" ''单引号'' \\ {x} —— = entry 7","v":2,"year":2018}','69584159d21de0256dbf65fce8f009c58c4012e27a10a74abb240eff5e8b0b1b','ebd8510dbb9a5cb14425a25a1c5c1a5de5e6524f3c9112a2b9bb28da5508f30b');
INSERT INTO "entry" VALUES(21,'L-000021','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":1000000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"commit","parcel":"P-1","reservation":"held","v":1,"year":2018}','ebd8510dbb9a5cb14425a25a1c5c1a5de5e6524f3c9112a2b9bb28da5508f30b','02ac092beecdc72eb602cf9cf5db9790786d7dd7ad3a7437f67908e56092ad5e');
INSERT INTO "entry" VALUES(22,'L-000022','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":800000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"release","reservation":"held","v":1,"year":2018}','02ac092beecdc72eb602cf9cf5db9790786d7dd7ad3a7437f67908e56092ad5e','581881a9cc10da46447ea8a447c991a2c68914e7bf361ccce76eab07fce9877d');
INSERT INTO "entry" VALUES(23,'L-000023','movement','2018-09-02','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"lapse","reservation":"held","v":1,"year":2018}','581881a9cc10da46447ea8a447c991a2c68914e7bf361ccce76eab07fce9877d','95bf3b4a60eee1811ade9c928008d0ac3f24d47ccae49dd459e8a8f5121cbe5f');
INSERT INTO "entry" VALUES(24,'L-000024','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":6800000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"commit","v":1,"year":2018}','95bf3b4a60eee1811ade9c928008d0ac3f24d47ccae49dd459e8a8f5121cbe5f','7d1e2128d385159b9a9c073ea7578252d648eee886780691a69577587a850ef5');
INSERT INTO "entry" VALUES(25,'L-000025','movement','2018-09-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"return","v":1,"year":2018}','7d1e2128d385159b9a9c073ea7578252d648eee886780691a69577587a850ef5','2058fd458a94163fef10b4c35317d676521740243b18a388f5bad1512e1ee2d3');
INSERT INTO "entry" VALUES(26,'L-000026','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"慈溪市","kind":"新增计划","movement":"deduct","v":1,"year":2018}','2058fd458a94163fef10b4c35317d676521740243b18a388f5bad1512e1ee2d3','5b87c7668a3fdf50169cc8db3d5e88b557329b125f5afe6cee03361d4c686cbb');
INSERT INTO "entry" VALUES(27,'L-000027','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"慈溪市","kind":"新增计划","movement":"recover","v":1,"year":2018}','5b87c7668a3fdf50169cc8db3d5e88b557329b125f5afe6cee03361d4c686cbb','7e112a84102a9930132b1cdf3ab7bfdaf74f31f2a58dd1ca7b5819120571f232');
INSERT INTO "entry" VALUES(28,'L-000028','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"慈溪市","kind":"新增计划","movement":"expire","v":1,"year":2018}','7e112a84102a9930132b1cdf3ab7bfdaf74f31f2a58dd1ca7b5819120571f232','2fd51731e0b1a018373c7c52a4ae54804cf077501c8009247351b8bb060d48b8');
INSERT INTO "entry" VALUES(29,'L-000029','movement','2018-12-31','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2800000,"holder":"慈溪市","kind":"新增计划","movement":"carry","to_year":2019,"v":1,"year":2018}','2fd51731e0b1a018373c7c52a4ae54804cf077501c8009247351b8bb060d48b8','a34f28725ccd6cd4c08d59880d3511799906995a0385e161b766a7089dbfe5ff');
INSERT INTO "entry" VALUES(30,'over','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"commit","v":1,"year":2018}','a34f28725ccd6cd4c08d59880d3511799906995a0385e161b766a7089dbfe5ff','a448677f0d35e61641370d3037bb182108577b8d83a439aa49b564356d1866a9');
INSERT INTO "entry" VALUES(31,'more over','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"commit","v":1,"year":2018}','a448677f0d35e61641370d3037bb182108577b8d83a439aa49b564356d1866a9','e7f76ad5742b2c7680a8f403faa6df714a832f398efed12dc22c6129093ea10d');
INSERT INTO "entry" VALUES(32,'L-000032','movement','2018-12-31','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"carry_deficit","to_year":2019,"v":1,"year":2018}','e7f76ad5742b2c7680a8f403faa6df714a832f398efed12dc22c6129093ea10d','e1ce45eee526cffd6661bdb0de8a589609da5416d9fe1de1561a44348b956856');
INSERT INTO "entry" VALUES(33,'L-000033','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":830000000,"holder":"慈溪市","kind":"新增建设用地有偿使用费","movement":"grant","v":1}','e1ce45eee526cffd6661bdb0de8a589609da5416d9fe1de1561a44348b956856','6d3f821ee9ce1c9a5f58b38ce2224ce52745bc6d0d1ac4db413ed9326473234d');
INSERT INTO "entry" VALUES(34,'L-000034','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":1500000,"holder":"慈溪市","kind":"占补平衡-产能","movement":"grant","reason":" 造字","v":1}','6d3f821ee9ce1c9a5f58b38ce2224ce52745bc6d0d1ac4db413ed9326473234d','a394ea419cb055480c21d39acef1136304dc38df1322569e7c3e0461198b4d1f');
INSERT INTO "entry" VALUES(35,'L-000035','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":10000000,"batch":"浙土字〔2018〕7号","deadline":"2020-06-01","holder":"观海卫镇","movement":"approve","v":1}','a394ea419cb055480c21d39acef1136304dc38df1322569e7c3e0461198b4d1f','092f546e66791d654dcbcfc5b5426c4f9a647b61f7187fad54aa01061a5e3be1');
INSERT INTO "entry" VALUES(36,'L-000036','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2400000,"batch":"浙土字〔2018〕7号","holder":"观海卫镇","movement":"divide","parcel":"ZX-P-07","v":1}','092f546e66791d654dcbcfc5b5426c4f9a647b61f7187fad54aa01061a5e3be1','ddfab25d4478179039b6fe2827b31c535ed2607da7c83e62d637258b076f3eda');
INSERT INTO "entry" VALUES(37,'L-000037','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":1800000,"holder":"观海卫镇","movement":"approve","parcel":"ZX-P-08","v":1}','ddfab25d4478179039b6fe2827b31c535ed2607da7c83e62d637258b076f3eda','33ae2afbcb68ac5dab9fcd45e81588de0e603efaf9d01f07840662cc9881e45c');
INSERT INTO "entry" VALUES(38,'L-000038','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2400000,"from_stage":"approved","holder":"观海卫镇","movement":"requisition","parcel":"ZX-P-07","v":1}','33ae2afbcb68ac5dab9fcd45e81588de0e603efaf9d01f07840662cc9881e45c','22500b20791890988620f71a40de1afa121208cd4fc643c67fae15b78e8da8a5');
INSERT INTO "entry" VALUES(39,'L-000039','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2400000,"from_stage":"requisitioned","holder":"观海卫镇","movement":"bank","parcel":"ZX-P-07","v":1}','22500b20791890988620f71a40de1afa121208cd4fc643c67fae15b78e8da8a5','f21ed66064442a75cc05559017ecbed9415ab1f35403984683103999908fd4b3');
INSERT INTO "entry" VALUES(40,'L-000040','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2400000,"from_stage":"banked","holder":"观海卫镇","movement":"supply","parcel":"ZX-P-07","starts_by":"2019-06-01","v":1}','f21ed66064442a75cc05559017ecbed9415ab1f35403984683103999908fd4b3','78e61dadc7a018c487a2dca63ed0a12a918c1373e29cf498d1a98c995fcdc8b1');
INSERT INTO "entry" VALUES(41,'L-000041','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":400000,"holder":"观海卫镇","movement":"take_back","parcel":"ZX-P-07","v":1}','78e61dadc7a018c487a2dca63ed0a12a918c1373e29cf498d1a98c995fcdc8b1','d76a3e8d906d28eeb2a579524bee41d70aacbbff31f3fbeb8c8f007530f4305b');
INSERT INTO "entry" VALUES(42,'L-000042','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2000000,"from_stage":"supplied","holder":"观海卫镇","movement":"start","parcel":"ZX-P-07","v":1}','d76a3e8d906d28eeb2a579524bee41d70aacbbff31f3fbeb8c8f007530f4305b','8996133ce43ab0e2f8affe763e988d9a613b70107b73ea8c50c8b48940452cd1');
INSERT INTO "entry" VALUES(43,'L-000043','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2000000,"from_stage":"under_construction","holder":"观海卫镇","movement":"complete","parcel":"ZX-P-07","v":1}','8996133ce43ab0e2f8affe763e988d9a613b70107b73ea8c50c8b48940452cd1','49270982c4e87c4db121d6754b9aa9a9134802c774bdf18ceb32622efb6ea659');
INSERT INTO "entry" VALUES(44,'L-000044','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2000000,"from_stage":"completed","holder":"观海卫镇","movement":"accept","parcel":"ZX-P-07","v":1}','49270982c4e87c4db121d6754b9aa9a9134802c774bdf18ceb32622efb6ea659','b84fef7dda4dcebaf3eeab5878694190f5f86e839ea0951f0fab19e2b709b8db');
INSERT INTO "entry" VALUES(45,'L-000045','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫镇","movement":"revoke","parcel":"ZX-P-08","v":1}','b84fef7dda4dcebaf3eeab5878694190f5f86e839ea0951f0fab19e2b709b8db','834a2704538af11cfba38bf97e74dba7e63dff471e9ce750b4754d15a12462f8');
INSERT INTO "entry" VALUES(46,'report','progress','2018-06-01','2021-06-23T08:30:00Z','d',NULL,'{"developed":400000,"government_delay":true,"holder":"观海卫镇","invested":12345,"investment":100000000,"note":"因政府原因","parcel":"ZX-P-07","stopped_on":"2018-06-01","to_develop":2000000,"v":1}','834a2704538af11cfba38bf97e74dba7e63dff471e9ce750b4754d15a12462f8','1a5f214805ae102285d6422eb0c6b81daa23c8c0fe0e166e3c99f7c28d26b8f1');
INSERT INTO "entry" VALUES(47,'approved','statement','2017-12-31','2021-06-23T08:30:00Z','R241-2018',NULL,'{"approximate":true,"basis":"stated","high":60100000,"holder":"观海卫智能电器小镇","low":59900000,"measure":"approved","nominal":60000000,"note":"第三稿","unit":"MU","v":1,"written":"约300亩"}','1a5f214805ae102285d6422eb0c6b81daa23c8c0fe0e166e3c99f7c28d26b8f1','2af85dfa8aa3861c212cd1a9ee59dbe7aaabc5fe6be94a2d2ad2d380d134ed14');
INSERT INTO "entry" VALUES(48,'L-000048','statement','2017-12-31','2021-06-23T08:30:00Z','R241-2018',NULL,'{"basis":"stated","holder":"观海卫智能电器小镇","low":100000000,"measure":"requisitioned","nominal":100000000,"unit":"MU","v":1,"written":"500余亩"}','2af85dfa8aa3861c212cd1a9ee59dbe7aaabc5fe6be94a2d2ad2d380d134ed14','28a0e9e8d6f04d5fc25c6bcee4bd19b8befb28613e9152fbb49d552a760e6afc');
INSERT INTO "entry" VALUES(49,'granted','statement','2017-12-31','2021-06-23T08:30:00Z','R241-2018',NULL,'{"basis":"stated","high":29000000,"holder":"观海卫智能电器小镇","kind":"统筹","low":29000000,"measure":"granted","nominal":29000000,"unit":"MU","v":1,"written":"145亩"}','28a0e9e8d6f04d5fc25c6bcee4bd19b8befb28613e9152fbb49d552a760e6afc','97636f77041f41c91dcd2f4e1a07d1034b89981d839c0b081c718b996652a32f');
INSERT INTO "entry" VALUES(50,'wrong','statement','2018-05-31','2021-06-23T08:30:00Z','R241-2018',NULL,'{"basis":"stated","high":8000000,"holder":"观海卫智能电器小镇","kind":"新增计划","low":8000000,"measure":"available","nominal":8000000,"unit":"MU","v":1,"written":"40亩","year":2018}','97636f77041f41c91dcd2f4e1a07d1034b89981d839c0b081c718b996652a32f','509a01e72ffa1bf5bbfb5d3beebd50b3f08a3ad7aa8ea49d100d6ab35877a017');
INSERT INTO "entry" VALUES(51,'L-000051','statement','2018-07-01','2021-06-23T08:30:00Z','R241-2018',NULL,'{"basis":"stated","high":66300000,"holder":"慈溪市","kind":"新增计划","low":66300000,"measure":"granted","nominal":66300000,"unit":"MU","v":1,"written":"331.5亩","year":2018}','509a01e72ffa1bf5bbfb5d3beebd50b3f08a3ad7aa8ea49d100d6ab35877a017','426f44e4d6a624a87c002304e996738d00cec3ff2e03a6e007fcc391abb1a267');
INSERT INTO "entry" VALUES(52,'back','reversal','2018-09-01','2021-06-23T08:30:00Z',NULL,NULL,'{"reason":"误录","reverses":"more over","v":1}','426f44e4d6a624a87c002304e996738d00cec3ff2e03a6e007fcc391abb1a267','fbea16924d7a8e676d3c42e9fd3ba2b7f6e8280cfadfd25a7c22bb6f755225a0');
INSERT INTO "entry" VALUES(53,'L-000053','reversal','2018-09-01','2021-06-23T08:30:00Z','d','一','{"reason":"误读","reverses":"approved","v":1}','fbea16924d7a8e676d3c42e9fd3ba2b7f6e8280cfadfd25a7c22bb6f755225a0','6b5381c753f00093992d8c826a61117585f4e489a24828409bec30ce24db9583');
INSERT INTO "entry" VALUES(54,'L-000054','reversal','2018-09-01','2021-06-23T08:30:00Z',NULL,NULL,'{"reason":"误读","reverses":"wrong","v":1}','6b5381c753f00093992d8c826a61117585f4e489a24828409bec30ce24db9583','1332a5084557534a62938f4ceb7f35ea3412576780900fd07ee5ac33cdca45d3');
INSERT INTO "entry" VALUES(55,'L-000055','reversal','2018-09-01','2021-06-23T08:30:00Z',NULL,NULL,'{"reason":"误读","reverses":"report","v":1}','1332a5084557534a62938f4ceb7f35ea3412576780900fd07ee5ac33cdca45d3','9b89afb52664d8d8eb3ad655c2052af240a47ffd955d3ad875b45d9fe21b9551');
INSERT INTO "entry" VALUES(56,'L-000056','period','2017-12-31','2021-06-23T08:30:00Z','d',NULL,'{"action":"close","reason":"2017年度决算","v":1}','9b89afb52664d8d8eb3ad655c2052af240a47ffd955d3ad875b45d9fe21b9551','dc7038b3f595ec645317d5959af5c6639b0e717ab17f5693d4e62d4da23ed0ae');
INSERT INTO "entry" VALUES(57,'L-000057','period','2016-12-31','2021-06-23T08:30:00Z',NULL,NULL,'{"action":"reopen","reason":"更正","v":1}','dc7038b3f595ec645317d5959af5c6639b0e717ab17f5693d4e62d4da23ed0ae','e4dbee0d35356a6899a0b328e49523f3e4e4f06ef31522f02d23087fadefbb2f');
CREATE TABLE holder (
	holder TEXT NOT NULL, 
	level TEXT NOT NULL, 
	parent TEXT, 
	zone TEXT, 
	name_en TEXT, 
	seq INTEGER NOT NULL, 
	PRIMARY KEY (holder), 
	FOREIGN KEY(parent) REFERENCES holder (holder), 
	FOREIGN KEY(seq) REFERENCES entry (seq)
);
INSERT INTO "holder" VALUES('慈溪市','county',NULL,NULL,'Cixi',1);
INSERT INTO "holder" VALUES('观海卫镇','town','慈溪市',NULL,NULL,2);
INSERT INTO "holder" VALUES('周巷镇','town','慈溪市',NULL,NULL,3);
INSERT INTO "holder" VALUES('观海卫智能电器小镇','zone','观海卫镇','GHW-01',NULL,4);
CREATE TABLE kind (
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	name_en TEXT, 
	level TEXT, 
	unit TEXT NOT NULL, 
	consumed_by TEXT, 
	covers_conversion INTEGER NOT NULL, 
	valid_from TEXT, 
	valid_to TEXT, 
	carry INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	PRIMARY KEY (kind), 
	FOREIGN KEY(seq) REFERENCES entry (seq)
);
INSERT INTO "kind" VALUES('新增计划','新增建设用地计划指标',NULL,NULL,'mu',NULL,1,NULL,NULL,1,5);
INSERT INTO "kind" VALUES('统筹','统筹指标',NULL,NULL,'mu',NULL,1,'2010-01-01','2020-06-30',0,6);
INSERT INTO "kind" VALUES('占补平衡-产能','占补平衡产能指标',NULL,NULL,'kg',NULL,0,NULL,NULL,0,7);
INSERT INTO "kind" VALUES('新增建设用地有偿使用费','有偿使用费','Fee','省','yuan','fee',0,NULL,NULL,0,8);
CREATE TABLE kind_rule (
	seq INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	effective TEXT NOT NULL, 
	valid_to TEXT, 
	carry INTEGER NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES entry (seq), 
	FOREIGN KEY(kind) REFERENCES kind (kind)
);
INSERT INTO "kind_rule" VALUES(10,'新增计划','2018-06-01','2030-01-01',1);
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('format','landquota ledger');
INSERT INTO "meta" VALUES('genesis','174a22ed5a0df89f4a86b73c1ce94e7a0cb81fc542ba32b135f9d647d77deb13');
INSERT INTO "meta" VALUES('schema','2');
CREATE TABLE period (
	seq INTEGER NOT NULL, 
	action TEXT NOT NULL, 
	through TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES entry (seq)
);
INSERT INTO "period" VALUES(56,'close','2017-12-31');
INSERT INTO "period" VALUES(57,'reopen','2016-12-31');
CREATE TABLE progress (
	seq INTEGER NOT NULL, 
	parcel TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	effective TEXT NOT NULL, 
	developed BIGINT, 
	to_develop BIGINT, 
	invested BIGINT, 
	investment BIGINT, 
	stopped_on TEXT, 
	government_delay INTEGER NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES entry (seq), 
	FOREIGN KEY(holder) REFERENCES holder (holder)
);
INSERT INTO "progress" VALUES(46,'ZX-P-07','观海卫镇','2018-06-01',400000,2000000,12345,100000000,'2018-06-01',1);
CREATE TABLE reversal (
	seq INTEGER NOT NULL, 
	target INTEGER NOT NULL, 
	effective TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	CONSTRAINT reversal_target UNIQUE (target), 
	FOREIGN KEY(seq) REFERENCES entry (seq), 
	FOREIGN KEY(target) REFERENCES entry (seq)
);
INSERT INTO "reversal" VALUES(52,31,'2018-09-01');
INSERT INTO "reversal" VALUES(53,47,'2018-09-01');
INSERT INTO "reversal" VALUES(54,50,'2018-09-01');
INSERT INTO "reversal" VALUES(55,46,'2018-09-01');
CREATE TABLE statement (
	seq INTEGER NOT NULL, 
	measure TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	kind TEXT, 
	year INTEGER, 
	effective TEXT NOT NULL, 
	written TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	nominal BIGINT NOT NULL, 
	low BIGINT NOT NULL, 
	high BIGINT, 
	approximate INTEGER NOT NULL, 
	basis TEXT NOT NULL, 
	note TEXT, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES entry (seq), 
	FOREIGN KEY(holder) REFERENCES holder (holder), 
	FOREIGN KEY(kind) REFERENCES kind (kind)
);
INSERT INTO "statement" VALUES(47,'approved','观海卫智能电器小镇',NULL,NULL,'2017-12-31','约300亩','MU',60000000,59900000,60100000,1,'stated','第三稿');
INSERT INTO "statement" VALUES(48,'requisitioned','观海卫智能电器小镇',NULL,NULL,'2017-12-31','500余亩','MU',100000000,100000000,NULL,0,'stated',NULL);
INSERT INTO "statement" VALUES(49,'granted','观海卫智能电器小镇','统筹',NULL,'2017-12-31','145亩','MU',29000000,29000000,29000000,0,'stated',NULL);
INSERT INTO "statement" VALUES(50,'available','观海卫智能电器小镇','新增计划',2018,'2018-05-31','40亩','MU',8000000,8000000,8000000,0,'stated',NULL);
INSERT INTO "statement" VALUES(51,'granted','慈溪市','新增计划',2018,'2018-07-01','331.5亩','MU',66300000,66300000,66300000,0,'stated',NULL);
CREATE TABLE transfer (
	seq INTEGER NOT NULL, 
	movement TEXT NOT NULL, 
	debit INTEGER NOT NULL, 
	credit INTEGER NOT NULL, 
	amount BIGINT NOT NULL, 
	effective TEXT NOT NULL, 
	mirror INTEGER NOT NULL, 
	zone TEXT, 
	parcel TEXT, 
	request TEXT, 
	PRIMARY KEY (seq), 
	CONSTRAINT transfer_amount CHECK (amount > 0), 
	CONSTRAINT transfer_accounts CHECK (debit <> credit), 
	FOREIGN KEY(seq) REFERENCES entry (seq), 
	FOREIGN KEY(debit) REFERENCES account (id), 
	FOREIGN KEY(credit) REFERENCES account (id)
);
INSERT INTO "transfer" VALUES(11,'request',1,2,40000000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(12,'grant',1,3,60000000,'2018-06-01',0,'GHW-01','P-1',NULL);
INSERT INTO "transfer" VALUES(13,'grant',1,4,4000000,'2018-06-01',0,NULL,NULL,'ask');
INSERT INTO "transfer" VALUES(14,'supplement',1,3,6100000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(15,'reward',1,3,200000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(16,'withdraw',2,1,2000000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(17,'allot',3,4,20000000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(18,'allot',4,5,8000000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(19,'transfer',4,6,600000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(20,'reserve',5,7,2400000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(21,'commit',7,8,1000000,'2018-06-01',0,NULL,'P-1',NULL);
INSERT INTO "transfer" VALUES(22,'release',7,5,800000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(23,'lapse',7,5,200000,'2018-09-02',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(24,'commit',5,8,6800000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(25,'return',8,5,200000,'2018-09-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(26,'deduct',3,1,200000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(27,'recover',3,1,200000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(28,'expire',3,1,200000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(29,'carry',3,9,2800000,'2018-12-31',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(30,'commit',5,8,200000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(31,'commit',5,8,200000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(32,'carry_deficit',10,5,200000,'2018-12-31',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(33,'grant',11,12,830000000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(34,'grant',13,14,1500000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(35,'approve',15,16,10000000,'2018-06-01',0,NULL,NULL,NULL);
INSERT INTO "transfer" VALUES(36,'divide',16,17,2400000,'2018-06-01',0,NULL,'ZX-P-07',NULL);
INSERT INTO "transfer" VALUES(37,'approve',15,18,1800000,'2018-06-01',0,NULL,'ZX-P-08',NULL);
INSERT INTO "transfer" VALUES(38,'requisition',17,19,2400000,'2018-06-01',0,NULL,'ZX-P-07',NULL);
INSERT INTO "transfer" VALUES(39,'bank',19,20,2400000,'2018-06-01',0,NULL,'ZX-P-07',NULL);
INSERT INTO "transfer" VALUES(40,'supply',20,21,2400000,'2018-06-01',0,NULL,'ZX-P-07',NULL);
INSERT INTO "transfer" VALUES(41,'take_back',21,20,400000,'2018-06-01',0,NULL,'ZX-P-07',NULL);
INSERT INTO "transfer" VALUES(42,'start',21,22,2000000,'2018-06-01',0,NULL,'ZX-P-07',NULL);
INSERT INTO "transfer" VALUES(43,'complete',22,23,2000000,'2018-06-01',0,NULL,'ZX-P-07',NULL);
INSERT INTO "transfer" VALUES(44,'accept',23,24,2000000,'2018-06-01',0,NULL,'ZX-P-07',NULL);
INSERT INTO "transfer" VALUES(45,'revoke',18,15,200000,'2018-06-01',0,NULL,'ZX-P-08',NULL);
INSERT INTO "transfer" VALUES(52,'commit',8,5,200000,'2018-09-01',1,NULL,NULL,NULL);
CREATE UNIQUE INDEX account_identity ON account (book, coalesce(holder, ''), coalesce(kind, ''), coalesce(year, 0), state, coalesce(item, ''));
CREATE INDEX transfer_credit ON transfer (credit, movement, mirror, effective, amount);
CREATE INDEX transfer_debit ON transfer (debit, movement, mirror, effective, amount);
CREATE INDEX transfer_request ON transfer (request) WHERE request IS NOT NULL;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: entry'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: entry'); END;
CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE (entry.key IS NEW.key) OR (entry.seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: entry'); END;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: meta'); END;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: meta'); END;
CREATE TRIGGER meta_no_replace BEFORE INSERT ON meta WHEN EXISTS (SELECT 1 FROM meta WHERE (meta.name IS NEW.name)) BEGIN SELECT RAISE(ABORT, 'append-only: meta'); END;
CREATE TRIGGER holder_no_update BEFORE UPDATE ON holder WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: holder'); END;
CREATE TRIGGER holder_no_delete BEFORE DELETE ON holder WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: holder'); END;
CREATE TRIGGER holder_no_replace BEFORE INSERT ON holder WHEN EXISTS (SELECT 1 FROM holder WHERE (holder.holder IS NEW.holder)) BEGIN SELECT RAISE(ABORT, 'append-only: holder'); END;
CREATE TRIGGER kind_no_update BEFORE UPDATE ON kind WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: kind'); END;
CREATE TRIGGER kind_no_delete BEFORE DELETE ON kind WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: kind'); END;
CREATE TRIGGER kind_no_replace BEFORE INSERT ON kind WHEN EXISTS (SELECT 1 FROM kind WHERE (kind.kind IS NEW.kind)) BEGIN SELECT RAISE(ABORT, 'append-only: kind'); END;
CREATE TRIGGER period_no_update BEFORE UPDATE ON period WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: period'); END;
CREATE TRIGGER period_no_delete BEFORE DELETE ON period WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: period'); END;
CREATE TRIGGER period_no_replace BEFORE INSERT ON period WHEN EXISTS (SELECT 1 FROM period WHERE (period.seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: period'); END;
CREATE TRIGGER reversal_no_update BEFORE UPDATE ON reversal WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: reversal'); END;
CREATE TRIGGER reversal_no_delete BEFORE DELETE ON reversal WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: reversal'); END;
CREATE TRIGGER reversal_no_replace BEFORE INSERT ON reversal WHEN EXISTS (SELECT 1 FROM reversal WHERE (reversal.seq IS NEW.seq) OR (reversal.target IS NEW.target)) BEGIN SELECT RAISE(ABORT, 'append-only: reversal'); END;
CREATE TRIGGER account_no_update BEFORE UPDATE ON account WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: account'); END;
CREATE TRIGGER account_no_delete BEFORE DELETE ON account WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: account'); END;
CREATE TRIGGER account_no_replace BEFORE INSERT ON account WHEN EXISTS (SELECT 1 FROM account WHERE (account.book IS NEW.book AND coalesce(account.holder, '') IS coalesce(NEW.holder, '') AND coalesce(account.kind, '') IS coalesce(NEW.kind, '') AND coalesce(account.year, 0) IS coalesce(NEW.year, 0) AND account.state IS NEW.state AND coalesce(account.item, '') IS coalesce(NEW.item, '')) OR (account.id IS NEW.id)) BEGIN SELECT RAISE(ABORT, 'append-only: account'); END;
CREATE TRIGGER allowance_no_update BEFORE UPDATE ON allowance WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: allowance'); END;
CREATE TRIGGER allowance_no_delete BEFORE DELETE ON allowance WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: allowance'); END;
CREATE TRIGGER allowance_no_replace BEFORE INSERT ON allowance WHEN EXISTS (SELECT 1 FROM allowance WHERE (allowance.seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: allowance'); END;
CREATE TRIGGER kind_rule_no_update BEFORE UPDATE ON kind_rule WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: kind_rule'); END;
CREATE TRIGGER kind_rule_no_delete BEFORE DELETE ON kind_rule WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: kind_rule'); END;
CREATE TRIGGER kind_rule_no_replace BEFORE INSERT ON kind_rule WHEN EXISTS (SELECT 1 FROM kind_rule WHERE (kind_rule.seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: kind_rule'); END;
CREATE TRIGGER progress_no_update BEFORE UPDATE ON progress WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: progress'); END;
CREATE TRIGGER progress_no_delete BEFORE DELETE ON progress WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: progress'); END;
CREATE TRIGGER progress_no_replace BEFORE INSERT ON progress WHEN EXISTS (SELECT 1 FROM progress WHERE (progress.seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: progress'); END;
CREATE TRIGGER statement_no_update BEFORE UPDATE ON statement WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: statement'); END;
CREATE TRIGGER statement_no_delete BEFORE DELETE ON statement WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: statement'); END;
CREATE TRIGGER statement_no_replace BEFORE INSERT ON statement WHEN EXISTS (SELECT 1 FROM statement WHERE (statement.seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: statement'); END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: transfer'); END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: transfer'); END;
CREATE TRIGGER transfer_no_replace BEFORE INSERT ON transfer WHEN EXISTS (SELECT 1 FROM transfer WHERE (transfer.seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: transfer'); END;
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry) BEGIN SELECT RAISE(ABORT, 'append-only: entry'); END;
COMMIT;
