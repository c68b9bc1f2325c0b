"Where the works lie that pages cite, by journal, by arXiv number, or by name and year."
import re
from collections.abc import Callable
from urllib.parse import quote

DOI = "https://doi.org/"
WORKS = {  # as families cite them -> digital object identifier
    "J. R. Stat. Soc. B 39": "10.1111/j.2517-6161.1977.tb01600.x",
    "J. R. Stat. Soc. B 61:611": "10.1111/1467-9868.00196",
    "Ann. Math. Stat. 33:1065": "10.1214/aoms/1177704472",
    "Ann. Math. Stat. 41": "10.1214/aoms/1177697196",
    "Proc. IEEE 77": "10.1109/5.18626",
    "Bell System Technical Journal 27:379": "10.1002/j.1538-7305.1948.tb01338.x",
    "Biometrika 67:261": "10.1093/biomet/67.2.261",
}
PAPERS = {  # first author and year -> digital object identifier, arXiv number, or address
    "Aaronson 2022": "https://scottaaronson.blog/?p=6823",
    "Abadi 2016": "1607.00133",
    "Aitchison 1955": "10.1080/01621459.1955.10501976",
    "Aitchison 1980": "10.1093/biomet/67.2.261",
    "Akaike 1974": "10.1109/TAC.1974.1100705",
    "Alpaydin 1998": "10.24432/C50P49",
    "Anderson 1957": "10.2307/2280845",
    "Arthur 2007": "https://dl.acm.org/doi/10.5555/1283383.1283494",
    "Azzalini 1990": "10.2307/2347385",
    "Baum 1970": "10.1214/aoms/1177697196",
    "Bengio 2013": "1308.3432",
    "Biernacki 2003": "10.1016/S0167-9473(02)00163-6",
    "Bishop 1994": "10.1049/ip-vis:19941330",
    "Burda 2016": "1509.00519",
    "Cacoullos 1966": "10.1007/BF02869528",
    "Cao 2021": "2109.02550",
    "Carlini 2019": "1802.08232",
    "Chen 1999": "10.1006/csla.1999.0128",
    "Chen 2001": "10.1109/18.923725",
    "Cho 2014": "1406.1078",
    "Church 1988": "https://aclanthology.org/A88-1019/",
    "Clopper 1934": "10.1093/biomet/26.4.404",
    "Cragg 1971": "10.2307/1909582",
    "Dathathri 2024": "10.1038/s41586-024-08025-4",
    "Davis 1980": "10.1109/TASSP.1980.1163420",
    "DeLong 1988": "10.2307/2531595",
    "Dempster 1977": "10.1111/j.2517-6161.1977.tb01600.x",
    "Detrano 1989": "10.1016/0002-9149(89)90524-9",
    "Dinh 2017": "1605.08803",
    "Do 2008": "10.1038/nbt1406",
    "Donner 2012": "10.1177/0962280210383082",
    "Dowson 1982": "10.1016/0047-259X(82)90077-X",
    "Duchi 2008": "10.1145/1390156.1390191",
    "Dudley 1939": "10.1121/1.1916020",
    "Duin 1976": "10.1109/TC.1976.1674577",
    "Durbin 1998": "10.1017/CBO9780511790492",
    "Durkan 2019": "1906.04032",
    "Dwork 2006": "10.1007/11761679_29",
    "Efron 1979": "10.1214/aos/1176344552",
    "Elman 1990": "10.1207/s15516709cog1402_1",
    "Fan 2018": "1805.04833",
    "Fisher 1936": "10.1111/j.1469-1809.1936.tb02137.x",
    "Forman 2008": "10.1007/s10618-008-0097-y",
    "Furui 1986": "10.1109/TASSP.1986.1164788",
    "Germain 2015": "1502.03509",
    "Glorot 2010": "https://proceedings.mlr.press/v9/glorot10a.html",
    "Gretton 2012": "https://jmlr.org/papers/v13/gretton12a.html",
    "Hanley 1982": "10.1148/radiology.143.1.7063747",
    "Hasselblad 1969": "10.1080/01621459.1969.10501071",
    "Hathaway 1985": "10.1214/aos/1176349557",
    "He 2015": "1502.01852",
    "Henry 2020": "2010.04245",
    "Henze 1988": "10.1214/aos/1176350835",
    "Higgins 2017": "https://openreview.net/forum?id=Sy2fzU9gl",
    "Ho 2020": "2006.11239",
    "Ho 2022": "2207.12598",
    "Hochreiter 1997": "10.1162/neco.1997.9.8.1735",
    "Holtzman 2020": "1904.09751",
    "Hyndman 1996": "10.1080/00031305.1996.10474359",
    "Hörmann 1993": "10.1016/0167-6687(93)90997-4",
    "Ioffe 2015": "1502.03167",
    "Jeffreys 1946": "10.1098/rspa.1946.0056",
    "Johnson 2007": "https://aclanthology.org/D07-1031/",
    "Jordan 2024": "https://kellerjordan.github.io/posts/muon/",
    "Kairouz 2015": "1311.0776",
    "Kiefer 1953": "10.1090/S0002-9939-1953-0055639-3",
    "Kingma 2014": "1312.6114",
    "Kingma 2016": "1606.04934",
    "Kirchenbauer 2023": "2301.10226",
    "Kitagawa 1996": "10.2307/1390750",
    "Kneser 1995": "10.1109/ICASSP.1995.479394",
    "Kneser-Ney 1995": "10.1109/ICASSP.1995.479394",
    "Koopman 1936": "10.1090/S0002-9947-1936-1501854-3",
    "Koskela 2020": "1906.03049",
    "Lambert 1992": "10.2307/1269547",
    "Lange 2010": "10.1007/978-1-4419-5945-4",
    "Larsen 2016": "1512.09300",
    "LeCun 1998": "10.1109/5.726791",
    "Lin 2018": "1712.04086",
    "Lipman 2023": "2210.02747",
    "Loshchilov 2017": "1608.03983",
    "McLachlan 2000": "10.1002/0471721182",
    "Mentzer 2023": "2309.15505",
    "Merialdo 1994": "https://aclanthology.org/J94-2001/",
    "Mescheder 2018": "1801.04406",
    "Mironov 2012": "10.1145/2382196.2382264",
    "Müller 2019": "1808.03856",
    "Nalisnick 2019": "1810.09136",
    "Newcombe 1998": "10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E",
    "Newcombe 2006": "10.1002/sim.2324",
    "Ney 1994": "10.1006/csla.1994.1001",
    "Oord 2017": "1711.00937",
    "Parzen 1962": "10.1214/aoms/1177704472",
    "Pearson 1894": "10.1098/rsta.1894.0003",
    "Pedregosa 2011": "https://jmlr.org/papers/v12/pedregosa11a.html",
    "Pitman 1936": "10.1017/S0305004100019307",
    "Polyak 1992": "10.1137/0330046",
    "Rabiner 1977": "10.1109/TASSP.1977.1162905",
    "Rabiner 1989": "10.1109/5.18626",
    "Ramaswamy 2000": "10.1145/342009.335437",
    "Ramesh 2021": "2102.12092",
    "Ren 2019": "1906.02845",
    "Roeder 1990": "10.1080/01621459.1990.10474918",
    "Rogan 1978": "10.1093/oxfordjournals.aje.a112510",
    "Rosenblatt 1956": "10.1214/aoms/1177728190",
    "Rubin 1976": "10.1093/biomet/63.3.581",
    "Sakoe 1978": "10.1109/TASSP.1978.1163055",
    "Salimans 2022": "2202.00512",
    "Salmon 2011": "10.1145/2063384.2063405",
    "Schwarz 1978": "10.1214/aos/1176344136",
    "Scott 2002": "10.1198/016214502753479464",
    "Scrucca 2016": "10.32614/RJ-2016-021",
    "Sennrich 2016": "1508.07909",
    "Shannon 1948": "10.1002/j.1538-7305.1948.tb01338.x",
    "Shoemake 1985": "10.1145/325334.325242",
    "Silverman 1986": "10.1201/9781315140919",
    "So 2021": "2109.08668",
    "Sohn 2015": "https://proceedings.neurips.cc/paper/2015/hash/8d55a249e6baa5c06772297520da2051-Abstract.html",
    "Sommer 2019": "10.2478/popets-2019-0029",
    "Steele 2014": "10.1145/2660193.2660195",
    "Stevens 1937": "10.1121/1.1915893",
    "Su 2021": "2104.09864",
    "Székely 2013": "10.1016/j.jspi.2013.03.018",
    "Theis 2016": "1511.01844",
    "Tipping 1999": "10.1111/1467-9868.00196",
    "Vaswani 2017": "1706.03762",
    "Vincent 2011": "10.1162/NECO_a_00142",
    "Viterbi 1967": "10.1109/TIT.1967.1054010",
    "Vovk 2005": "10.1007/b106715",
    "WP29 2014": "https://ec.europa.eu/justice/article-29/documentation/opinion-recommendation/files/2014/wp216_en.pdf",
    "Weischedel 1993": "https://aclanthology.org/J93-2006/",
    "Wilks 1941": "10.1214/aoms/1177731788",
    "Wilson 1927": "10.1080/01621459.1927.10502953",
    "Witten 1991": "10.1109/18.87000",
    "Witten-Bell 1991": "10.1109/18.87000",
    "Wolberg 1995": "10.24432/C5DW2B",
    "Xiao 2017": "1708.07747",
    "Zeiler 2014": "1311.2901",
    "Zhang 2019": "1910.07467",
    "Zhao 2017": "1707.09457",
    "Zucchini 2009": "10.1201/9781420010893",
}
# works that pages name, and that have no address which is sure to stay
UNLINKED = {
    "Anderson 1935", "Bortkiewicz 1898", "Darmois 1935", "Duran 2023", "Gage 1994", "Ghahramani 1994",
    "Habbema 1974", "Jaynes 1979", "Kish 1965", "Kott 2001", "Lidstone 1920", "Loader 2000", "O'Shaughnessy 1987",
    "Oppenheim 1975", "Pardo 2021", "Perks 1947", "Radford 2018", "Titterington 1985", "Tukey 1977"}
CITED = re.compile(r"\barXiv:(\d{4}\.\d{4,5})|" + "|".join(rf"{re.escape(work)}(?![\d:])" for work in WORKS))
NAME = r"[A-ZÀ-Þ][\w’'-]*[\wà-ÿ]"
AUTHORS = rf"{NAME}(?:(?:, {NAME})*,? and {NAME}|,? et al\.)?"
NAMED = re.compile(rf"\b({AUTHORS})(?:, ([12]\d{{3}})\b| \(([12]\d{{3}})\b(\)?))")
# what is code, or leads somewhere already: blocks, text between backticks, links
CLOSED = re.compile(r"^```.*?^```|`+[^`]*`+|\[[^\]]*\]\([^)\s]*\)|<[^>]*>", re.M | re.S)


def cite(text: str) -> str:  # Markdown
    "`text` in which works link to where they lie, unless they do: those cited by journal, arXiv number, name and year."
    return _open(NAMED, _by_name, _open(CITED, _by_number, text))


def named(text: str) -> list[str]:  # first author and year
    "The works that `text` names without a link to them."
    spans = [match.span() for match in CLOSED.finditer(text)]
    return [key(match) for match in NAMED.finditer(text)
            if not any(start <= match.start() < end for start, end in spans) and not _followed(match)]


def works(text: str) -> list[str]:
    "The works that `text` names, linked or not."
    return [key(match) for match in NAMED.finditer(text)]


def key(match: re.Match) -> str:
    "First author and year of a work that was found by name."
    return f"{re.match(NAME, match[1])[0].replace('’', chr(39)).removesuffix(chr(39) + 's')} {match[2] or match[3]}"


def address(work: str) -> str:
    if "://" in work: return work
    return DOI + quote(work) if work.startswith("10.") else f"https://arxiv.org/abs/{work}"


def _followed(match: re.Match) -> bool:
    "Whether the name is followed by a link to the work."
    return re.match(r", (?:[\w ]+, )?\[", match.string[match.end():]) is not None


def _by_name(match: re.Match) -> str:
    work = PAPERS.get(key(match))
    if work is None or _followed(match): return match[0]
    if match[3] and not match[4]: return f"[{match[1]}]({address(work)}){match[0][len(match[1]):]}"
    return f"[{match[0]}]({address(work)})"


def _by_number(match: re.Match) -> str:
    return f"[{match[0]}]({address(match[1] or WORKS[match[0]])})"


def _open(pattern: re.Pattern, replace: Callable[[re.Match], str], text: str) -> str:
    "`text` in which what matches `pattern` is replaced, outside of what is closed."
    spans = [match.span() for match in CLOSED.finditer(text)]
    return pattern.sub(
        lambda match: match[0] if any(start <= match.start() < end for start, end in spans) else replace(match), text)
