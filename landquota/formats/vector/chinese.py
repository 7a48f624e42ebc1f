"""Whether a text that decodes as Chinese is Chinese: nearly all bytes decode as something."""

from __future__ import annotations

from typing import Final

#: Rare signs occur in names; letters with accents that chance makes look Chinese are nearly all rare.
_LEAST_COMMON: Final = 0.95
#: Of the common characters, those of the first level of GB 2312 make up nearly all of running text,
#: and most of place names; of what accents and Cyrillic letters make, about a half.
_LEAST_FIRST_LEVEL: Final = 0.7
#: Of the signs that Chinese is not written with, kana and Cyrillic letters, some stand in names of firms.
_MOST_FOREIGN: Final = 0.1
_IDEOGRAPHS: Final = ("一", "鿿")
_PRIVATE: Final = ("\ue000", "\uf8ff")
#: Greek and Cyrillic; kana and bopomofo.
_FOREIGN: Final = (("Ͱ", "ӿ"), ("ぁ", "ㄯ"))
#: Leading bytes of the first level of GB 2312: the 3,755 most common characters.
_FIRST_LEVEL: Final = range(0xB0, 0xD8)

#: Of Chinese nine characters in ten are familiar, of what Korean or Japanese decodes as one in three;
#: a name may be rare altogether, but of so few signs chance makes all familiar ones too.
_MOST_UNFAMILIAR: Final = 0.4
_ALL_FAMILIAR: Final = 2

#: What texts of land administration are written with: running text, land and its use, places,
#: family and given names, firms.  Of the first level it is nearly every fourth character.
_FAMILIAR: Final = frozenset(
    "的一是了在不有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方"
    "后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它"
    "合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条"
    "只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资"
    "边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必先回任取据处队南给色光门即保治北造百"
    "规热领七海口东导器压志世金增争济阶油思术极交受联认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务"
    "具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫究观越"
    "织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构"
    "府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照"
    "村镇乡街坊巷弄桥浦塘堰湖河港湾岛洲屿岭岗坡坪墩塔寺庙庵堂亭楼阁园林圩畈埭埠堤坝渠沟池溪泉井洋浙甬杭绍台温嘉"
    "慈溪余姚观卫浒宁波庵胜陆埠掌起桥龙匡堰附横河崇寿范逍天元长河宗汉坎墩新浦白沙古塘州苏徽福建闽粤桂湘鄂豫鲁冀晋"
    "陕甘川渝黔滇藏疆蒙辽吉黑沪津贵阳武昌永城郊镇街办事处居委社区组队户宅舍房屋楼栋幢室号层址权证书宗图斑块编码名称"
    "用途类型面积亩顷平米坐落四至界址耕林草园湿未利住商服务公共仓储物流交通设施农村集体国有划拨出让租赁入股征收转批"
    "准补偿安置规划计划指标占补衡复垦整治修复生态红线永久基本田旱水稻菜果茶桑竹渔牧养殖坑塘沟渠干渠堆场矿工厂企业园"
    "开发区项目建设工程二期东西南北中左右前后首末旁侧内外甲乙丙丁戊己备注调查日期单位测绘院所局厅部司站段所队室负责"
    "人审核校对地籍土地资源自然县市省级年度批次序合同供应闲置低效存量盘活增减挂钩统筹重大产能粮食产蓄储备电器智造家"
    "小微创业科技术实验示范学校医院卫生幼儿敬老养文化体育馆广场停车绿公厕垃圾站变电加油消防派出派法院银行信用社超市"
    "有限责任股份集团公司塑料五金轴承电子机械模具制品纺织服装化纤汽车配件食品贸易进出口房产置业投资控股管理经营合作"
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文施岑应励柴戚裘俞"
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志永春荣富贵宝财福寿康宁祥瑞庆忠孝仁义礼智信德才俊"
    "辉鹏飞翔宇浩轩雨欣怡佳梦琪婷雪梅菊莲香凤云月琴珍珠根林森木水土火金银龙虎海波涛江河湖松柏青山岩峰岭川炳炎焕灿"
    "某甸屯庄堡营铺店寨窑窝崖洼凹梁峪圪铁盐田滩汊浜溇漕泾浃舍宕潭岙里外属性描述格式版本生产标系带投影斯克吕计量"
    "转换参精幅坐界点顺圈孔洞块宽长周围墙篱交汇角桩础塔杆管桥涵闸泵井窖棚架温仓粮冷链快递驿票务亮化美丽乡愁馨"
    "零壹贰叁肆伍陆柒捌玖拾佰仟亿元角分第届期届满止至含约计合共另其余仅均已未待拟正在原现旧老新古今"
)


def is_plausible(text: str) -> bool:
    """Return whether a text that was decoded as GB18030 reads as Chinese.

    Its ideographs are nearly all in GB 2312, most of them on its first level, and more of them are
    familiar than chance makes: Korean in EUC-KR decodes as first-level characters throughout.
    Source: GB/T 2312-1980.
    """
    if any(_PRIVATE[0] <= sign <= _PRIVATE[1] for sign in text):
        return False
    ideographs = [sign for sign in text if _IDEOGRAPHS[0] <= sign <= _IDEOGRAPHS[1]]
    foreign = sum(any(first <= sign <= last for first, last in _FOREIGN) for sign in text)
    unfamiliar = sum(sign not in _FAMILIAR for sign in ideographs)
    codes = [code for code in (sign.encode("gb2312", "ignore") for sign in ideographs) if code]
    first_level = sum(code[0] in _FIRST_LEVEL for code in codes)
    return bool(ideographs) and (
        foreign <= _MOST_FOREIGN * len(ideographs)
        and len(codes) >= _LEAST_COMMON * len(ideographs)
        and first_level >= _LEAST_FIRST_LEVEL * len(ideographs)
        and unfamiliar <= _MOST_UNFAMILIAR * max(len(ideographs) - _ALL_FAMILIAR, 0)
    )
