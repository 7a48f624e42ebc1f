BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL, 
	book TEXT NOT NULL, 
	holder TEXT, 
	kind TEXT NOT NULL, 
	year INTEGER, 
	state TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(holder) REFERENCES holder (holder), 
	FOREIGN KEY(kind) REFERENCES kind (kind)
);
INSERT INTO "account" VALUES(1,'quota',NULL,'新增计划',2018,'issuer');
INSERT INTO "account" VALUES(2,'quota','观海卫镇','新增计划',2018,'requested');
INSERT INTO "account" VALUES(3,'quota','慈溪市','新增计划',2018,'available');
INSERT INTO "account" VALUES(4,'quota','观海卫镇','新增计划',2018,'available');
INSERT INTO "account" VALUES(5,'quota','观海卫智能电器小镇','新增计划',2018,'available');
INSERT INTO "account" VALUES(6,'quota','周巷镇','新增计划',2018,'available');
INSERT INTO "account" VALUES(7,'quota','观海卫智能电器小镇','新增计划',2018,'reserved');
INSERT INTO "account" VALUES(8,'quota','观海卫智能电器小镇','新增计划',2018,'committed');
INSERT INTO "account" VALUES(9,'quota','慈溪市','新增计划',2019,'available');
INSERT INTO "account" VALUES(10,'quota',NULL,'统筹',NULL,'issuer');
INSERT INTO "account" VALUES(11,'quota','慈溪市','统筹',NULL,'available');
INSERT INTO "account" VALUES(12,'quota',NULL,'规划规模',NULL,'issuer');
INSERT INTO "account" VALUES(13,'quota','慈溪市','规划规模',NULL,'available');
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
INSERT INTO "entry" VALUES(8,'kind:规划规模','kind','1949-01-01','2021-06-23T08:30:00Z',NULL,NULL,'{"carry":false,"consumed_by":"plan","covers_conversion":false,"kind":"规划规模","name":"规划建设用地规模","unit":"mu","v":1}','60b27f7bd87696ee20198ac173cd8579d24f8a925248016e667cb562c041052e','04806363dce3903e96c8ba24c0df776fc9ade8264612a91243d4a02fee4e32af');
INSERT INTO "entry" VALUES(9,'request-2018','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":40000000,"holder":"观海卫镇","kind":"新增计划","movement":"request","v":1,"year":2018}','04806363dce3903e96c8ba24c0df776fc9ade8264612a91243d4a02fee4e32af','ff8358cb7fe5a7a08133656bd1ecc55f5057fcfc605a6dec9804da91b7beaeb9');
INSERT INTO "entry" VALUES(10,'grant-2018','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":60000000,"holder":"慈溪市","kind":"新增计划","movement":"grant","v":1,"year":2018}','ff8358cb7fe5a7a08133656bd1ecc55f5057fcfc605a6dec9804da91b7beaeb9','1be2619a142e96a3c5899fedf54a3df7c523c20cdd32302b51669e6c1a573aad');
INSERT INTO "entry" VALUES(11,'grant-town','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":4000000,"holder":"观海卫镇","kind":"新增计划","movement":"grant","request":"request-2018","v":1,"year":2018}','1be2619a142e96a3c5899fedf54a3df7c523c20cdd32302b51669e6c1a573aad','a4a18302c7f034bf2d82487c1c1fca17f973275ecbea9947bac44272be3ca0bb');
INSERT INTO "entry" VALUES(12,'L-000012','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":6100000,"holder":"慈溪市","kind":"新增计划","movement":"supplement","v":1,"year":2018}','a4a18302c7f034bf2d82487c1c1fca17f973275ecbea9947bac44272be3ca0bb','443066500abba5d15ba7d29875822cfafe9fe7a9029f2838f7013bc90e184f75');
INSERT INTO "entry" VALUES(13,'L-000013','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"慈溪市","kind":"新增计划","movement":"reward","v":1,"year":2018}','443066500abba5d15ba7d29875822cfafe9fe7a9029f2838f7013bc90e184f75','cb4998d9dfbc3a058a5b76408d66c13912424f3f1c48f6db886cfa8e25752fa3');
INSERT INTO "entry" VALUES(14,'L-000014','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":20000000,"holder":"慈溪市","kind":"新增计划","movement":"allot","to":"观海卫镇","v":1,"year":2018}','cb4998d9dfbc3a058a5b76408d66c13912424f3f1c48f6db886cfa8e25752fa3','82ec878ce77125917e38b3faca2e658e806da354f824b725678aa52d0f8b440d');
INSERT INTO "entry" VALUES(15,'L-000015','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":8000000,"holder":"观海卫镇","kind":"新增计划","movement":"allot","to":"观海卫智能电器小镇","v":1,"year":2018}','82ec878ce77125917e38b3faca2e658e806da354f824b725678aa52d0f8b440d','edd50f9e43c5a9a5ffa427883ae7341d3a2cb9ac9265a147ebccc2bfe776b1fa');
INSERT INTO "entry" VALUES(16,'L-000016','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":600000,"holder":"观海卫镇","kind":"新增计划","movement":"transfer","to":"周巷镇","v":1,"year":2018}','edd50f9e43c5a9a5ffa427883ae7341d3a2cb9ac9265a147ebccc2bfe776b1fa','def19d0b4d79784a3c0199f54929f2d9396e54809b5f9f24ead56173205d9ce7');
INSERT INTO "entry" VALUES(17,'reserve-1','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2400000,"expires":"2019-06-30","holder":"观海卫智能电器小镇","kind":"新增计划","movement":"reserve","parcel":"GHW-P-1","reason":"公牛二期","v":1,"year":2018}','def19d0b4d79784a3c0199f54929f2d9396e54809b5f9f24ead56173205d9ce7','1fab3118d092e3ec60c215aebf21cc2992e1a838ed64d5aeedc6088adc87a3c9');
INSERT INTO "entry" VALUES(18,'L-000018','movement','2018-09-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":1000000,"from_reserved":true,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"commit","parcel":"GHW-P-1","v":1,"year":2018}','1fab3118d092e3ec60c215aebf21cc2992e1a838ed64d5aeedc6088adc87a3c9','a1de0bc1c43347c66f9427297bee2399f7810dbc19ee39d8fbd36db1a055ea73');
INSERT INTO "entry" VALUES(19,'L-000019','movement','2018-09-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":400000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"release","v":1,"year":2018}','a1de0bc1c43347c66f9427297bee2399f7810dbc19ee39d8fbd36db1a055ea73','47c85a49f9564ff5dbaa1fc42e3f5d1cf9035269dd70ac489a93b575c5a5e134');
INSERT INTO "entry" VALUES(20,'L-000020','movement','2019-07-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"lapse","v":1,"year":2018}','47c85a49f9564ff5dbaa1fc42e3f5d1cf9035269dd70ac489a93b575c5a5e134','54fb233be2973103e082cf84ee12270541574131c2463a6fa3eb8a637c9a3fbc');
INSERT INTO "entry" VALUES(21,'commit-1','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":1200000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"commit","v":1,"year":2018}','54fb233be2973103e082cf84ee12270541574131c2463a6fa3eb8a637c9a3fbc','921dd4616ab7704a5add5a3fb2607ec2d70e5ffa3a5d4f6d445f14ac7979f143');
INSERT INTO "entry" VALUES(22,'L-000022','movement','2018-09-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫智能电器小镇","kind":"新增计划","movement":"return","v":1,"year":2018}','921dd4616ab7704a5add5a3fb2607ec2d70e5ffa3a5d4f6d445f14ac7979f143','a7d597a580bc8175e634d7068180abc0afa6825509f522ddcc524b8f6c2f1943');
INSERT INTO "entry" VALUES(23,'L-000023','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":2000000,"holder":"观海卫镇","kind":"新增计划","movement":"withdraw","v":1,"year":2018}','a7d597a580bc8175e634d7068180abc0afa6825509f522ddcc524b8f6c2f1943','22897f1ecdb7604c96a4b53887e9cfcb3bd46a411c387ee626ff7997a1968ebd');
INSERT INTO "entry" VALUES(24,'L-000024','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫镇","kind":"新增计划","movement":"deduct","v":1,"year":2018}','22897f1ecdb7604c96a4b53887e9cfcb3bd46a411c387ee626ff7997a1968ebd','546bd18dcdcfa7f8a1838db9c1a2399b5df59969bd883b2b4032f2f73de971a3');
INSERT INTO "entry" VALUES(25,'L-000025','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"观海卫镇","kind":"新增计划","movement":"recover","v":1,"year":2018}','546bd18dcdcfa7f8a1838db9c1a2399b5df59969bd883b2b4032f2f73de971a3','a2b88fbf8d113b1101c2e3d961d7315f824d8dc64a87b042ed05b791b33a4625');
INSERT INTO "entry" VALUES(26,'L-000026','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":200000,"holder":"慈溪市","kind":"新增计划","movement":"expire","v":1,"year":2018}','a2b88fbf8d113b1101c2e3d961d7315f824d8dc64a87b042ed05b791b33a4625','4af5b4c3842009b9d712b5833a42db1fc32edbb76f9be3d3d38ec0666d48f1a3');
INSERT INTO "entry" VALUES(27,'L-000027','movement','2018-12-31','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":1400000,"holder":"慈溪市","kind":"新增计划","movement":"carry","to_year":2019,"v":1,"year":2018}','4af5b4c3842009b9d712b5833a42db1fc32edbb76f9be3d3d38ec0666d48f1a3','4a700ddf9088c0a86545e823f11b7c9f6414bba0054244f1c986b13a8a2bc43c');
INSERT INTO "entry" VALUES(28,'L-000028','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":10000000,"holder":"慈溪市","kind":"统筹","movement":"grant","v":1}','4a700ddf9088c0a86545e823f11b7c9f6414bba0054244f1c986b13a8a2bc43c','fc7b3407dd43c63d9d00e6629248405287542f8b5b58d97c48333a2df7b82d99');
INSERT INTO "entry" VALUES(29,'plan-1','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":1800000,"holder":"慈溪市","kind":"规划规模","movement":"grant","v":1}','fc7b3407dd43c63d9d00e6629248405287542f8b5b58d97c48333a2df7b82d99','1bfd59d5c98dc2c4b7a5af3779cf45048c6abc4946820949213eb05f0b7e96d8');
INSERT INTO "entry" VALUES(30,'mistake','movement','2018-06-01','2021-06-23T08:30:00Z','甬自然资〔2018〕1号',NULL,'{"amount":1600000,"holder":"慈溪市","kind":"新增计划","movement":"grant","v":1,"year":2018}','1bfd59d5c98dc2c4b7a5af3779cf45048c6abc4946820949213eb05f0b7e96d8','06c29d3e83fb2968355bde6764bcbd88ef419cfab4d542137fa728e3a134e710');
INSERT INTO "entry" VALUES(31,'L-000031','statement','2017-12-31','2021-06-23T08:30:00Z','R241-2018',NULL,'{"basis":"stated","holder":"观海卫智能电器小镇","low":100000000,"measure":"requisitioned","nominal":100000000,"unit":"MU","v":1,"written":"500余亩"}','06c29d3e83fb2968355bde6764bcbd88ef419cfab4d542137fa728e3a134e710','7e884fa4813097617e19b685302c232cb4e22993b0696b67d11eddd666146f3a');
INSERT INTO "entry" VALUES(32,'L-000032','statement','2017-12-31','2021-06-23T08:30:00Z','R241-2018',NULL,'{"basis":"stated","high":80000000,"holder":"观海卫智能电器小镇","low":0,"measure":"under_construction","nominal":80000000,"unit":"MU","v":1,"written":"近400亩"}','7e884fa4813097617e19b685302c232cb4e22993b0696b67d11eddd666146f3a','1ba05247e492f239c5dad1d89fd8a448b41c6da0839cae04ad73d03be9707891');
INSERT INTO "entry" VALUES(33,'L-000033','statement','2017-12-31','2021-06-23T08:30:00Z','R241-2018',NULL,'{"basis":"interpreted","high":29000000,"holder":"观海卫智能电器小镇","kind":"统筹","low":29000000,"measure":"granted","nominal":29000000,"unit":"MU","v":1,"written":"145亩"}','1ba05247e492f239c5dad1d89fd8a448b41c6da0839cae04ad73d03be9707891','ae982987488cfd4ac988ed91d8842ffeff0a4e610f5434964b19a483cacba737');
INSERT INTO "entry" VALUES(34,'statement-1','statement','2018-12-31','2021-06-23T08:30:00Z','R241-2018',NULL,'{"basis":"stated","high":4600000,"holder":"观海卫智能电器小镇","kind":"新增计划","low":4600000,"measure":"available","nominal":4600000,"unit":"MU","v":1,"written":"23亩","year":2018}','ae982987488cfd4ac988ed91d8842ffeff0a4e610f5434964b19a483cacba737','391388cad4984e739f50d3782afa70d2562038554facd9edab93437d6fe8d18f');
INSERT INTO "entry" VALUES(35,'L-000035','reversal','2018-06-01','2021-06-23T08:30:00Z',NULL,NULL,'{"reason":"误录","reverses":"mistake","v":1}','391388cad4984e739f50d3782afa70d2562038554facd9edab93437d6fe8d18f','4883109855e74e4fa21b3d151ff96f68dbe182c070702b476924cc43671c3841');
INSERT INTO "entry" VALUES(36,'L-000036','reversal','2019-01-02','2021-06-23T08:30:00Z',NULL,NULL,'{"reason":"误读","reverses":"statement-1","v":1}','4883109855e74e4fa21b3d151ff96f68dbe182c070702b476924cc43671c3841','020041c8bfefee7b69aeb2691bf799e087ec3e6b1d0a7aa4cec19ffec684c2c4');
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
INSERT INTO "kind" VALUES('规划规模','规划建设用地规模',NULL,NULL,'mu','plan',0,NULL,NULL,0,8);
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('format','landquota ledger');
INSERT INTO "meta" VALUES('genesis','174a22ed5a0df89f4a86b73c1ce94e7a0cb81fc542ba32b135f9d647d77deb13');
INSERT INTO "meta" VALUES('schema','1');
CREATE TABLE reversal (
	seq INTEGER NOT NULL, 
	target INTEGER NOT NULL, 
	effective TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	CONSTRAINT reversal_target UNIQUE (target), 
	FOREIGN KEY(seq) REFERENCES entry (seq), 
	FOREIGN KEY(target) REFERENCES entry (seq)
);
INSERT INTO "reversal" VALUES(35,30,'2018-06-01');
INSERT INTO "reversal" VALUES(36,34,'2019-01-02');
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
INSERT INTO "statement" VALUES(31,'requisitioned','观海卫智能电器小镇',NULL,NULL,'2017-12-31','500余亩','MU',100000000,100000000,NULL,0,'stated',NULL);
INSERT INTO "statement" VALUES(32,'under_construction','观海卫智能电器小镇',NULL,NULL,'2017-12-31','近400亩','MU',80000000,0,80000000,0,'stated',NULL);
INSERT INTO "statement" VALUES(33,'granted','观海卫智能电器小镇','统筹',NULL,'2017-12-31','145亩','MU',29000000,29000000,29000000,0,'interpreted',NULL);
INSERT INTO "statement" VALUES(34,'available','观海卫智能电器小镇','新增计划',2018,'2018-12-31','23亩','MU',4600000,4600000,4600000,0,'stated',NULL);
CREATE TABLE transfer (
	seq INTEGER NOT NULL, 
	movement TEXT NOT NULL, 
	debit INTEGER NOT NULL, 
	credit INTEGER NOT NULL, 
	amount BIGINT NOT NULL, 
	effective TEXT NOT NULL, 
	zone TEXT, 
	parcel TEXT, 
	PRIMARY KEY (seq), 
	CONSTRAINT transfer_amount CHECK (amount > 0), 
	CONSTRAINT transfer_accounts CHECK (debit <> credit), 
	FOREIGN KEY(seq) REFERENCES entry (seq), 
	FOREIGN KEY(debit) REFERENCES account (id), 
	FOREIGN KEY(credit) REFERENCES account (id)
);
INSERT INTO "transfer" VALUES(9,'request',1,2,40000000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(10,'grant',1,3,60000000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(11,'grant',1,4,4000000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(12,'supplement',1,3,6100000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(13,'reward',1,3,200000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(14,'allot',3,4,20000000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(15,'allot',4,5,8000000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(16,'transfer',4,6,600000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(17,'reserve',5,7,2400000,'2018-06-01',NULL,'GHW-P-1');
INSERT INTO "transfer" VALUES(18,'commit',7,8,1000000,'2018-09-01',NULL,'GHW-P-1');
INSERT INTO "transfer" VALUES(19,'release',7,5,400000,'2018-09-01',NULL,NULL);
INSERT INTO "transfer" VALUES(20,'lapse',7,5,200000,'2019-07-01',NULL,NULL);
INSERT INTO "transfer" VALUES(21,'commit',5,8,1200000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(22,'return',8,5,200000,'2018-09-01',NULL,NULL);
INSERT INTO "transfer" VALUES(23,'withdraw',2,1,2000000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(24,'deduct',4,1,200000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(25,'recover',4,1,200000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(26,'expire',3,1,200000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(27,'carry',3,9,1400000,'2018-12-31',NULL,NULL);
INSERT INTO "transfer" VALUES(28,'grant',10,11,10000000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(29,'grant',12,13,1800000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(30,'grant',1,3,1600000,'2018-06-01',NULL,NULL);
INSERT INTO "transfer" VALUES(35,'grant',3,1,1600000,'2018-06-01',NULL,NULL);
CREATE UNIQUE INDEX account_identity ON account (book, coalesce(holder, ''), kind, coalesce(year, 0), state);
CREATE INDEX transfer_credit ON transfer (credit, effective, amount);
CREATE INDEX transfer_debit ON transfer (debit, effective, amount);
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: entry'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: entry'); END;
CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE (key IS NEW.key) OR (seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: entry'); END;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: meta'); END;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: meta'); END;
CREATE TRIGGER meta_no_replace BEFORE INSERT ON meta WHEN EXISTS (SELECT 1 FROM meta WHERE (name IS NEW.name)) BEGIN SELECT RAISE(ABORT, 'append-only: meta'); END;
CREATE TRIGGER holder_no_update BEFORE UPDATE ON holder WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: holder'); END;
CREATE TRIGGER holder_no_delete BEFORE DELETE ON holder WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: holder'); END;
CREATE TRIGGER holder_no_replace BEFORE INSERT ON holder WHEN EXISTS (SELECT 1 FROM holder WHERE (holder IS NEW.holder)) BEGIN SELECT RAISE(ABORT, 'append-only: holder'); END;
CREATE TRIGGER kind_no_update BEFORE UPDATE ON kind WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: kind'); END;
CREATE TRIGGER kind_no_delete BEFORE DELETE ON kind WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: kind'); END;
CREATE TRIGGER kind_no_replace BEFORE INSERT ON kind WHEN EXISTS (SELECT 1 FROM kind WHERE (kind IS NEW.kind)) BEGIN SELECT RAISE(ABORT, 'append-only: kind'); END;
CREATE TRIGGER reversal_no_update BEFORE UPDATE ON reversal WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: reversal'); END;
CREATE TRIGGER reversal_no_delete BEFORE DELETE ON reversal WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: reversal'); END;
CREATE TRIGGER reversal_no_replace BEFORE INSERT ON reversal WHEN EXISTS (SELECT 1 FROM reversal WHERE (seq IS NEW.seq) OR (target IS NEW.target)) BEGIN SELECT RAISE(ABORT, 'append-only: reversal'); END;
CREATE TRIGGER account_no_update BEFORE UPDATE ON account WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: account'); END;
CREATE TRIGGER account_no_delete BEFORE DELETE ON account WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: account'); END;
CREATE TRIGGER account_no_replace BEFORE INSERT ON account WHEN EXISTS (SELECT 1 FROM account WHERE (book IS NEW.book AND holder IS NEW.holder AND kind IS NEW.kind AND state IS NEW.state AND year IS NEW.year) OR (id IS NEW.id)) BEGIN SELECT RAISE(ABORT, 'append-only: account'); END;
CREATE TRIGGER statement_no_update BEFORE UPDATE ON statement WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: statement'); END;
CREATE TRIGGER statement_no_delete BEFORE DELETE ON statement WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: statement'); END;
CREATE TRIGGER statement_no_replace BEFORE INSERT ON statement WHEN EXISTS (SELECT 1 FROM statement WHERE (seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: statement'); END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: transfer'); END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer WHEN 1 BEGIN SELECT RAISE(ABORT, 'append-only: transfer'); END;
CREATE TRIGGER transfer_no_replace BEFORE INSERT ON transfer WHEN EXISTS (SELECT 1 FROM transfer WHERE (seq IS NEW.seq)) BEGIN SELECT RAISE(ABORT, 'append-only: transfer'); END;
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry) BEGIN SELECT RAISE(ABORT, 'append-only: entry'); END;
COMMIT;
