"""Internet domains: whose they are, and the host of a company's web site."""

import re
from typing import Literal

import attrs

from leadflow.values.folding import tidy
from leadflow.values.parsed import CellReader, Cells, ParsedColumn
from leadflow.values.refusal import LONGEST, refusal

__all__ = ["DomainClass", "WebDomain", "classify_domain", "registrable_domain", "valid_host"]

_words = str.split

_KIND = "web domain"

DomainClass = Literal["organisation", "free", "provider", "carrier", "disposable"]
"""Who hands out addresses at a domain: one organisation to its own people, or somebody to anybody."""

_FREE = frozenset(
    _words("""
    gmail.com googlemail.com yahoo.co.jp yahoo.com yahoo.ne.jp ymail.ne.jp ymail.com rocketmail.com ybb.ne.jp
    outlook.jp outlook.com hotmail.com hotmail.co.jp live.jp live.com msn.com windowslive.com passport.com
    icloud.com me.com mac.com aol.com aol.jp aol.co.jp gmx.com gmx.de gmx.net mail.com email.com mail.ru yandex.ru yandex.com
    protonmail.com proton.me pm.me tutanota.com tuta.io zoho.com zohomail.com zohomail.jp fastmail.com fastmail.jp hushmail.com
    excite.co.jp infoseek.jp infoseek.co.jp rakuten.jp goo.jp goo.ne.jp mail.goo.ne.jp livedoor.com mail.livedoor.com
    mail.com inter7.jp freeml.com kcn.jp web.de t-online.de orange.fr free.fr laposte.net libero.it naver.com daum.net
    hanmail.net nate.com qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com
    yahoo.co.uk yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.com.tw yahoo.com.hk yahoo.com.cn yahoo.co.kr yahoo.co.in yahoo.com.br
    hotmail.fr hotmail.co.uk hotmail.de outlook.de outlook.fr rediffmail.com comcast.net verizon.net att.net sbcglobal.net
    """)
)
_PROVIDERS = frozenset(
    _words("""
    nifty.com nifty.ne.jp nifty.jp biglobe.ne.jp biglobe.jp mesh.ne.jp ocn.ne.jp ocn.jp so-net.ne.jp so-net.jp plala.or.jp
    dion.ne.jp auone-net.jp asahi-net.or.jp hi-ho.ne.jp hi-ho.jp eonet.ne.jp zaq.ne.jp zaq.jp jcom.home.ne.jp jcom.zaq.ne.jp
    home.ne.jp wakwak.com odn.ne.jp odn.jp dti.ne.jp sannet.ne.jp ksj.biglobe.ne.jp tcp-ip.or.jp commufa.jp ctc.jp
    mbn.or.jp justnet.ne.jp netlaputa.ne.jp iijmio-mail.jp iij4u.or.jp bb4u.ne.jp tokai.or.jp thn.ne.jp wbs.ne.jp
    t-com.ne.jp tnc.ne.jp ccnw.ne.jp ctv.ne.jp starcat.ne.jp mediacat.ne.jp katch.ne.jp gctv.ne.jp itscom.net itscom.jp catv.ne.jp
    ictv.ne.jp tvm.ne.jp bbiq.jp qtnet.ne.jp kcn.ne.jp kcv.ne.jp nns.ne.jp rnac.ne.jp ncv.ne.jp nsk.ne.jp nsknet.or.jp
    infoeddy.ne.jp infosnow.ne.jp hokkai.net potato.ne.jp kitanet.ne.jp enjoy.ne.jp mable.ne.jp megaegg.ne.jp pikara.ne.jp
    stnet.ne.jp e-catv.ne.jp fitweb.or.jp fitweb.ne.jp incl.ne.jp spacelan.ne.jp p-net.ne.jp coralnet.or.jp au-hikari.ne.jp
    kagoya.net gol.com interlink.or.jp bekkoame.ne.jp freebit.jp excite.ne.jp synapse.ne.jp bbtec.net jp-t.ne.jp
    """)
)
_CARRIERS = frozenset(
    _words("""
    docomo.ne.jp dwmail.jp mopera.net mopera.ne.jp spmode.ne.jp ezweb.ne.jp au.com uqmobile.jp uqwimax.jp wm.pdx.ne.jp
    softbank.ne.jp softbank.jp i.softbank.jp disney.ne.jp disneymobile.ne.jp vodafone.ne.jp jp-d.ne.jp jp-h.ne.jp jp-t.ne.jp
    jp-c.ne.jp jp-k.ne.jp jp-r.ne.jp jp-s.ne.jp jp-n.ne.jp jp-q.ne.jp ymobile.ne.jp y-mobile.ne.jp ymobile1.ne.jp emobile.ne.jp
    emobile-s.ne.jp willcom.com pdx.ne.jp d.vodafone.ne.jp rakumail.jp tu-ka.ne.jp sky.tu-ka.ne.jp cmail.ido.ne.jp
    """)
)
_DISPOSABLE = frozenset(
    _words("""
    mailinator.com guerrillamail.com guerrillamail.net sharklasers.com grr.la 10minutemail.com tempmail.com temp-mail.org
    temp-mail.io yopmail.com yopmail.fr trashmail.com trashmail.de getnada.com nada.email maildrop.cc dispostable.com
    mailnesia.com mintemail.com throwawaymail.com fakeinbox.com mohmal.com emailondeck.com moakt.com tempail.com spam4.me
    sute.jp kuku.lu instaddr.ch instaddr.uk nyasan.com ichigo.me honeys.be eay.jp via.tokyo.jp uma3.be okdp.jp svk.jp exdonuts.com
    cream.pink fuwamofu.com mofu.be stayhome.li usako.net merry.pink choco.la heisei.be onsen.be prin.be
    """)
)

# Second levels under which organisations register, per top level.
_JP_TYPES = frozenset(_words("ac ad co ed go gr lg ne or"))
_JP_PREFECTURES = frozenset(
    _words("""
    hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa niigata
    toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane
    okayama hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa
    """)
)
_SECOND_LEVELS = frozenset(
    _words("""
    co.uk org.uk ac.uk gov.uk ltd.uk plc.uk me.uk net.uk com.au net.au org.au edu.au gov.au id.au com.cn net.cn org.cn
    gov.cn edu.cn ac.cn com.hk org.hk net.hk edu.hk gov.hk com.tw org.tw net.tw edu.tw gov.tw co.kr or.kr ne.kr re.kr ac.kr
    go.kr com.sg org.sg net.sg edu.sg gov.sg com.my org.my net.my edu.my gov.my co.th or.th ac.th go.th in.th co.id or.id ac.id
    go.id web.id com.vn org.vn net.vn edu.vn gov.vn com.ph org.ph net.ph edu.ph gov.ph co.in net.in org.in gen.in firm.in
    ac.in gov.in co.nz org.nz net.nz ac.nz govt.nz com.br net.br org.br gov.br com.mx org.mx gob.mx com.ar com.co co.za
    org.za ac.za com.tr org.tr edu.tr gov.tr com.sa com.eg co.il org.il ac.il com.ua co.at or.at ac.at com.pl net.pl org.pl
    com.pt com.es com.ru com.mo com.kh com.mm com.np com.bd com.pk com.lk
    """)
)
# Hosts that lend names or pages to anybody: the host says nothing about the company, or only in full.
_SHARED_PAGES = frozenset(
    _words("""
    facebook.com twitter.com x.com instagram.com linkedin.com youtube.com note.com ameblo.jp line.me lin.ee
    sites.google.com goo.gl bit.ly t.co linktr.ee wantedly.com google.com google.co.jp tiktok.com pinterest.com tabelog.com hotpepper.jp
    """)
)
_SHARED_HOSTS = frozenset(
    _words("""
    wixsite.com blogspot.com blogspot.jp github.io gitlab.io jimdo.com jimdofree.com jimdosite.com amebaownd.com fc2.com
    fc2web.com myshopify.com thebase.in base.shop base.ec shop-pro.jp sakura.ne.jp xsrv.jp wordpress.com weebly.com
    studio.site webnode.jp peraichi.com crayonsite.net crayonsite.info hatenablog.com hatenablog.jp livedoor.blog seesaa.net
    stores.jp lolipop.jp heteml.net main.jp squarespace.com webflow.io netlify.app vercel.app herokuapp.com azurewebsites.net
    cloudfront.net amazonaws.com cybozu.com kintone.com salesforce.com hubspotpagebuilder.com notion.site p-kit.com on.omisenomikata.jp
    """)
)

_HOST = re.compile(
    r"(?:[a-z0-9_\u00df-\U0001fbff](?:[a-z0-9_\u00df-\U0001fbff-]{0,61}[a-z0-9_\u00df-\U0001fbff])?\.){1,10}"
    r"(?:xn--[a-z0-9-]{2,59}|[a-z]{2,24}|[\u00df-\U0001fbff]{1,24})",
    re.ASCII,
)
_NOT_LETTERS = re.compile("[\u2000-\u2bff\u3000-\u3004\u3008-\u3020\u3030\ud800-\uf8ff\ufffc\ufffd]")
_BEFORE_HOST = re.compile(
    r"^(?:(?:url|hp|web|website|ホームページ|サイト)\s*[::]\s*)?(?:[a-z][a-z0-9+.]{1,9}:/{1,3}|h?ttps?[;:/]+|//)?(?:[^/@\s]{0,64}@)?",
    re.IGNORECASE,
)
_AFTER_HOST = re.compile(r"[/?#:\\].*", re.DOTALL)
_WWW = re.compile(r"^www?[0-9]{0,2}\.(?=[^.]+\.)")
_LONGEST_HOST = 253


def classify_domain(domain: str) -> DomainClass:
    """Tell who hands out addresses at a domain.

    Args:
        domain: a domain in lower case; subdomains of providers count as the provider.

    Returns:
        ``"organisation"`` unless the domain is a known free-mail service, an internet provider,
        a mobile carrier or a service for throw-away addresses.

    Example:
        >>> [classify_domain(name) for name in ("gmail.com", "coral.ocn.ne.jp", "docomo.ne.jp", "example.co.jp")]
        ['free', 'provider', 'carrier', 'organisation']
    """
    name = domain
    while "." in name:
        if name in _FREE:
            return "free"
        if name in _PROVIDERS:
            return "provider"
        if name in _CARRIERS:
            return "carrier"
        if name in _DISPOSABLE:
            return "disposable"
        name = name.partition(".")[2]
    return "organisation"


def registrable_domain(host: str) -> str:
    """Return the part of a host name that its owner registered.

    Args:
        host: a host name in lower case.

    Returns:
        One label more than the public suffix. The table knows the second levels of .jp and of
        the countries that Japanese companies trade with; elsewhere it is the last two labels.

    References:
        Japan Registry Services, "JPドメイン名の種類", 2024.

    Example:
        >>> registrable_domain("shop.example.co.jp"), registrable_domain("www.example.com")
        ('example.co.jp', 'example.com')
    """
    labels = host.split(".")
    depth = 2
    if len(labels) > 2:
        if labels[-1] == "jp":
            if labels[-2] in _JP_TYPES:
                depth = 3
            elif labels[-2] in _JP_PREFECTURES:
                depth = 4
        elif ".".join(labels[-2:]) in _SECOND_LEVELS:
            depth = 3
    return ".".join(labels[-depth:])


def valid_host(host: str) -> bool:
    """Tell whether a lower-case text is a host name with a top-level domain.

    Example:
        >>> valid_host("example.co.jp"), valid_host("example"), valid_host("a..b.jp")
        (True, False, False)
    """
    return (
        len(host) <= _LONGEST_HOST
        and _HOST.fullmatch(host) is not None
        and (host.isascii() or _NOT_LETTERS.search(host) is None)
    )


@attrs.frozen(kw_only=True, str=False)
class WebDomain:
    """The host of a web site; ``str(value)`` is the host without ``www``.

    Attributes:
        raw: the text as it came; not part of equality.
        host: the host name in lower case, without ``www``.
        registrable: the part that its owner registered.

    Example:
        >>> site = WebDomain.parse("https://www.Shop.Example.co.jp/path?q=1")
        >>> str(site), site.key
        ('shop.example.co.jp', 'example.co.jp')
    """

    raw: str = attrs.field(eq=False)
    host: str
    registrable: str

    @classmethod
    def parse(cls, text: str) -> "WebDomain":
        """Read a URL, a host name or the domain of an e-mail address.

        Args:
            text: the cell.

        Returns:
            The domain.

        Raises:
            InvalidValueError: if there is no host name with a top-level domain.

        Example:
            >>> str(WebDomain.parse("ｗｗｗ．example．jp/会社概要"))
            'example.jp'
        """
        if len(text) > 2 * LONGEST:
            raise refusal(_KIND, text, f"it is longer than {2 * LONGEST} characters")
        shown = tidy(text).casefold().replace("。", ".")
        host = _AFTER_HOST.sub("", _BEFORE_HOST.sub("", shown, count=1)).strip(" .,;<>()\"'")
        host = _WWW.sub("", host)
        if not valid_host(host):
            raise refusal(_KIND, text, "it has no host name such as example.co.jp")
        return cls(raw=text, host=host, registrable=registrable_domain(host))

    @classmethod
    def parse_many(cls, cells: Cells) -> ParsedColumn["WebDomain"]:
        """Read a column of URLs or domains.

        Example:
            >>> WebDomain.parse_many(["http://example.jp/", "example.jp", "なし"]).canonical.to_list()
            ['example.jp', 'example.jp', None]
        """
        return cls.reader().read_all(cells)

    @classmethod
    def reader(cls) -> CellReader["WebDomain"]:
        """Return how a cell is read as a URL or domain, without any switch.

        Example:
            >>> str(WebDomain.reader().read("http://example.jp/"))
            'example.jp'
        """
        return CellReader(cls.parse)

    @property
    def domain_class(self) -> DomainClass:
        """Who hands out addresses at this domain.

        Example:
            >>> WebDomain.parse("gmail.com").domain_class
            'free'
        """
        return classify_domain(self.host)

    @property
    def is_free_mail(self) -> bool:
        """True if anybody can have an address at this domain.

        Example:
            >>> WebDomain.parse("https://www.nifty.com/").is_free_mail
            True
        """
        return classify_domain(self.host) != "organisation"

    @property
    def key(self) -> str:
        """The comparison key: the registered domain; where names are lent to anybody, the host.

        It is empty for sites on which everybody has a page, and for free-mail domains.

        Example:
            >>> WebDomain.parse("tanaka.wixsite.com").key, WebDomain.parse("facebook.com/tanaka").key
            ('tanaka.wixsite.com', '')
        """
        if self.host in _SHARED_PAGES or self.registrable in _SHARED_PAGES or self.is_free_mail:
            return ""
        if self.registrable in _SHARED_HOSTS:
            return "" if self.host == self.registrable else self.host
        return self.registrable

    def __str__(self) -> str:
        return self.host
