"""Which header means which field: the tables of the systems that Japanese lead lists come from.

The spellings were collected from the vendors' public field lists and from exports described in public
(Salesforce object reference; Adobe Marketo standard fields; Oracle Eloqua contact fields; HubSpot default
properties; Sansan and Eight export formats; Zoom attendee reports; kintone and Cybozu address books;
state of 2026). Headers are compared by ``header_key``, so width, case, blanks and brackets do not matter.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from leadflow.records.fields import FIELDS

__all__ = ["GENERIC", "REJECT_HEADERS", "SYSTEMS", "System", "header_key"]

REJECT_HEADERS: Final = ("leadflow:row", "leadflow:column", "leadflow:reason")
"""The columns that a reject file adds; they are skipped when the corrected file is read again."""

_NOISE = re.compile(r"[\s_\-‐‑–—―.・/()\[\]【】「」〔〕<>※*#:：,、'\"]+|必須|任意")


def header_key(header: str) -> str:
    """Return the form in which headers are compared.

    Args:
        header: the text of a header cell.

    Returns:
        Width, case, blanks, brackets, separators and the marks 必須 and 任意 are folded away.

    Example:
        >>> header_key("＊E-Mail (必須)"), header_key("氏名［姓］"), header_key("TEL－1(1)")
        ('email', '氏名姓', 'tel11')
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", header).casefold())


@attrs.frozen(kw_only=True)
class System:
    """The headers of one system's lists.

    Attributes:
        name: the system, as it appears as a source.
        fields: header key to field name.
        ranks: header key to 1, 2 … when another column of the same field comes first; absent is 0.
        signature: header keys that hardly any other system uses.
    """

    name: str
    fields: Mapping[str, str]
    ranks: Mapping[str, int]
    signature: frozenset[str]


def _system(name: str, signature: str, primary: Mapping[str, str], *others: Mapping[str, str]) -> System:
    fields: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for rank, table in enumerate((primary, *others)):
        for field, headers in table.items():
            for header in headers.split("|"):
                key = header_key(header)
                if key not in fields:
                    fields[key] = field
                    if rank:
                        ranks[key] = rank
    return System(
        name=name,
        fields=MappingProxyType(fields),
        ranks=MappingProxyType(ranks),
        signature=frozenset(header_key(header) for header in signature.split("|") if header),
    )


_SALESFORCE = _system(
    "Salesforce",
    "Lead ID|Contact ID|リード ID|取引先責任者 ID|Company / Account|Lead Owner|リード所有者|リード 所有者|市区郡"
    "|町名・番地|State/Province|Zip/Postal Code|No. of Employees|Mailing Street|Mailing City|町名・番地(郵送先)"
    "|都道府県(郵送先)|取引先名|取引先責任者 所有者|メール送信除外|電話禁止|LeadSource|NumberOfEmployees"
    "|HasOptedOutOfEmail|MobilePhone|LastModifiedDate|Account Name|リード状況|取引開始日",
    {
        "external_id": "Id|Lead ID|Contact ID|リード ID|取引先責任者 ID|Record ID",
        "last_name": "LastName|Last Name|姓",
        "first_name": "FirstName|First Name|名",
        "full_name": "Name|Full Name|氏名|名前|リード名|Lead Name|Contact Name",
        "last_name_kana": "姓 (カナ)|姓カナ|セイ|姓(フリガナ)|Last Name (Phonetic)|LastNameKana",
        "first_name_kana": "名 (カナ)|名カナ|メイ|名(フリガナ)|First Name (Phonetic)|FirstNameKana",
        "full_name_kana": "氏名カナ|氏名(カナ)|フリガナ",
        "salutation": "Salutation|敬称",
        "company": "Company|Account.Name|Company / Account|Account Name|会社名|取引先名",
        "company_kana": "会社名 (カナ)|会社名カナ|Company (Phonetic)",
        "title": "Title|役職",
        "department": "Department|部署|部署名",
        "email": "Email|メール|メールアドレス",
        "phone": "Phone|電話|電話番号|Business Phone",
        "mobile": "MobilePhone|Mobile|Mobile Phone|携帯電話|携帯",
        "fax": "Fax|ファックス|FAX 番号",
        "street": "Street|MailingStreet|Mailing Street|町名・番地|町名・番地(郵送先)|Address Line 1",
        "city": "City|MailingCity|Mailing City|市区郡|市区郡(郵送先)",
        "prefecture": "State|State/Province|MailingState|Mailing State/Province|都道府県|都道府県(郵送先)",
        "postal_code": "PostalCode|Zip/Postal Code|MailingPostalCode|Mailing Zip/Postal Code|郵便番号|郵便番号(郵送先)",
        "country": "Country|MailingCountry|Mailing Country|国|国(郵送先)",
        "address": "Address|住所|Mailing Address|住所(郵送先)",
        "url": "Website|Web サイト|Webサイト",
        "industry": "Industry|業種",
        "employees": "NumberOfEmployees|No. of Employees|Employees|従業員数",
        "revenue": "AnnualRevenue|Annual Revenue|年間売上|年間売上高",
        "lead_source": "LeadSource|Lead Source|リードソース",
        "status": "Status|Lead Status|状況|リード状況|リード 状況",
        "rating": "Rating|評価",
        "owner": "Lead Owner|Contact Owner|リード所有者|リード 所有者|所有者|取引先責任者 所有者",
        "owner_id": "OwnerId|Owner ID|所有者 ID",
        "opt_out_email": "HasOptedOutOfEmail|Email Opt Out|メール送信除外",
        "opt_out_phone": "DoNotCall|Do Not Call|電話禁止",
        "created_at": "CreatedDate|Create Date|Created Date|作成日|作成日時",
        "updated_at": "LastModifiedDate|Last Modified Date|Last Modified|最終更新日|最終更新日時",
        "memo": "Description|説明",
        "campaign": "Campaign|Campaign Name|キャンペーン|キャンペーン名",
        "amount": "Amount|金額",
    },
    {
        "phone": "HomePhone|Home Phone|自宅電話|OtherPhone|Other Phone|その他の電話",
        "street": "OtherStreet|Other Street|町名・番地(その他)|BillingStreet|Billing Street|町名・番地(請求先)|町名・番地(納入先)",
        "city": "OtherCity|Other City|市区郡(その他)|BillingCity|Billing City|市区郡(請求先)|市区郡(納入先)",
        "prefecture": "OtherState|Other State/Province|都道府県(その他)|BillingState|Billing State/Province|都道府県(請求先)|都道府県(納入先)",
        "postal_code": "OtherPostalCode|Other Zip/Postal Code|郵便番号(その他)|BillingPostalCode|Billing Zip/Postal Code|郵便番号(請求先)|郵便番号(納入先)",
        "country": "OtherCountry|Other Country|国(その他)|BillingCountry|Billing Country|国(請求先)|国(納入先)",
    },
)

_MARKETO = _system(
    "Marketo",
    "Person Score|Lead Score|Num Employees|Person Source|Person Status|Lead Rating|Email Invalid|Main Phone"
    "|Unsubscribed|Unsubscribed Reason|リードのスコア|リードのソース|リードのステータス|名前（名）|名前（姓）|登録解除"
    "|登録解除済み|メール無効|年間収益|電話連絡拒否|代表電話|更新時刻|SIC Code|mktoName|leadScore|leadStatus|leadRole",
    {
        "external_id": "Id|ID|Marketo ID|Person Id|Lead Id",
        "email": "Email Address|email|メールアドレス",
        "first_name": "First Name|firstName|名前（名）|名",
        "last_name": "Last Name|lastName|名前（姓）|姓",
        "full_name": "Full Name|mktoName|氏名",
        "salutation": "Salutation|敬称",
        "company": "Company Name|company|企業名|会社名",
        "department": "Department|部署",
        "title": "Job Title|title|役職|役職 (Job Title)",
        "industry": "Industry|業界",
        "phone": "Phone Number|phone|電話番号",
        "mobile": "Mobile Phone Number|mobilePhone|携帯電話番号",
        "fax": "Fax Number|fax|FAX 番号",
        "street": "Address|住所",
        "city": "City|市区町村",
        "prefecture": "State|都道府県",
        "postal_code": "Postal Code|postalCode|郵便番号",
        "country": "Country|国",
        "url": "Website|Web サイト",
        "employees": "Num Employees|numberOfEmployees|Number of Employees|従業員数",
        "revenue": "Annual Revenue|annualRevenue|年間収益",
        "score": "Lead Score|Person Score|leadScore|リードのスコア",
        "lead_source": "Lead Source|Person Source|leadSource|リードのソース",
        "status": "Lead Status|Person Status|leadStatus|リードのステータス",
        "rating": "Lead Rating|leadRating|rating|リード評価",
        "opt_out_email": "Unsubscribed|登録解除|登録解除済み|登録解除(済み)",
        "bounced": "Email Invalid|emailInvalid|メール無効",
        "opt_out_phone": "Do Not Call|doNotCall|電話連絡拒否",
        "created_at": "Created At|createdAt|作成日時",
        "updated_at": "Updated At|updatedAt|更新時刻|更新日時",
        "campaign": "Acquisition Program|Acquisition Program Name",
    },
    {"phone": "Main Phone|mainPhone|代表電話"},
)

_ELOQUA = _system(
    "Eloqua",
    "C_EmailAddress|C_FirstName|C_LastName|C_Company|C_BusPhone|C_Address1|C_State_Prov|C_Zip_Postal|ContactIDExt"
    "|Eloqua Contact ID|SFDC Lead ID|SFDC Contact ID|State or Province|Zip or Postal Code|Company Revenue"
    "|Email Address Domain|C_SFDCLeadID|C_DateCreated|C_DateModified",
    {
        "email": "C_EmailAddress|Email Address",
        "first_name": "C_FirstName|First Name",
        "last_name": "C_LastName|Last Name",
        "title": "C_Title|Title",
        "company": "C_Company|Company|Company Name",
        "phone": "C_BusPhone|Business Phone",
        "mobile": "C_MobilePhone|Mobile Phone",
        "fax": "C_Fax|Fax",
        "street": "C_Address1|Address 1",
        "building": "C_Address2|Address 2",
        "city": "C_City|City",
        "prefecture": "C_State_Prov|State or Province",
        "postal_code": "C_Zip_Postal|Zip or Postal Code",
        "country": "C_Country|Country",
        "industry": "C_Industry1|Industry",
        "revenue": "C_Annual_Revenue1|Annual Revenue|C_Company_Revenue1|Company Revenue",
        "employees": "C_Company_Size1|Company Size|Employees|Number of Employees",
        "salutation": "C_Salutation|Salutation",
        "external_id": "ContactIDExt|Eloqua Contact ID",
        "created_at": "C_DateCreated|Date Created",
        "updated_at": "C_DateModified|Date Modified",
        "lead_source": "C_Lead_Source___Most_Recent1|Lead Source - Most Recent",
    },
    {"building": "C_Address3|Address 3"},
)

_HUBSPOT = _system(
    "HubSpot",
    "hs_object_id|Lifecycle Stage|Contact owner|Marketing contact status|Associated Company|Original Source"
    "|Last Contacted|Country/Region|State/Region|hubspot_owner_id|lifecyclestage|hs_lead_status"
    "|hs_marketable_status|hs_email_optout|notes_last_contacted|コンタクト担当者|ライフサイクルステージ|Eメール"
    "|リードステータス|マーケティングコンタクトステータス|都道府県/地域|国/地域|関連する会社|ウェブサイトURL|レコードID"
    "|オリジナルソース|jobtitle",
    {
        "external_id": "hs_object_id|Record ID|Contact ID|レコードID",
        "first_name": "firstname|First Name|名",
        "last_name": "lastname|Last Name|姓",
        "email": "email|Eメール|メールアドレス",
        "phone": "phone|Phone Number|電話番号",
        "mobile": "mobilephone|Mobile Phone Number|携帯電話番号",
        "title": "jobtitle|Job Title|役職",
        "company": "company|Company Name|会社名|Associated Company|関連する会社|Primary Associated Company",
        "city": "city|City|市区町村",
        "prefecture": "state|State/Region|都道府県/地域",
        "postal_code": "zip|Postal Code|Zip code|郵便番号",
        "country": "country|Country/Region|国/地域",
        "street": "address|Street Address|番地|住所",
        "url": "website|Website URL|ウェブサイトURL",
        "owner": "Contact owner|コンタクト担当者",
        "owner_id": "hubspot_owner_id",
        "status": "hs_lead_status|Lead Status|リードステータス",
        "lead_source": "hs_analytics_source|Original Source|オリジナルソース|Original Traffic Source",
        "opt_out_email": "hs_email_optout|Email Opt-Out|Unsubscribed from all email|すべてのEメールの配信登録を解除済み",
        "created_at": "createdate|Create Date|作成日",
        "updated_at": "lastmodifieddate|Last Modified Date|最終更新日",
        "industry": "industry|Industry|業種",
        "employees": "numemployees|Number of Employees|従業員数",
        "revenue": "annualrevenue|Annual Revenue|年間売上高",
        "score": "hubspotscore|HubSpot Score|HubSpotスコア",
    },
)

_SANSAN = _system(
    "Sansan",
    "氏名［姓］|氏名［名］|氏名（カナ）［姓］|氏名（カナ）［名］|会社名（英名）|郵便番号(1)|住所(1)［全て］|住所(1)［都道府県］"
    "|TEL-1(1)|TEL-2(1)|FAX(1)|携帯電話(1)|Email(1)|URL(1)|名刺ID|人物ID|会社ID|名刺所有者|名刺所有者ユーザID"
    "|姓カナ|名カナ|町域・番地|電話2|companyName|departmentName|lastNameReading|secondTel|exchangeDate",
    {
        "company": "会社名|companyName",
        "company_en": "会社名（英名）",
        "company_kana": "会社名（カナ）",
        "department": "部署名|部署|departmentName",
        "title": "役職|title",
        "full_name": "氏名",
        "last_name": "氏名［姓］|姓|lastName",
        "first_name": "氏名［名］|名|firstName",
        "full_name_kana": "氏名（カナ）",
        "last_name_kana": "氏名（カナ）［姓］|姓カナ|lastNameReading",
        "first_name_kana": "氏名（カナ）［名］|名カナ|firstNameReading",
        "postal_code": "郵便番号(1)|郵便番号|postalCode",
        "address": "住所(1)［全て］|住所(1)|住所|address",
        "prefecture": "住所(1)［都道府県］|都道府県|prefecture",
        "city": "住所(1)［市区町村］|市区町村|city",
        "street": "住所(1)［番地］|町域・番地|street",
        "building": "住所(1)［ビル名］|ビル名|building",
        "country": "国|国(1)|住所(1)［国］",
        "phone": "TEL-1(1)|電話|tel",
        "fax": "FAX(1)|Fax",
        "mobile": "携帯電話(1)|携帯|mobile",
        "email": "Email(1)|e-mail(1)|メールアドレス|email",
        "url": "URL(1)|URL",
        "exchange_date": "名刺交換日|exchangeDate",
        "created_at": "登録日|registeredTime",
        "updated_at": "更新日|updatedTime|更新日時",
        "memo": "メモ|memo",
        "tags": "タグ|tags",
        "external_id": "名刺ID",
        "owner": "名刺所有者|owner",
        "owner_id": "名刺所有者ユーザID",
        "corporate_number": "法人番号",
    },
    {
        "phone": "TEL-2(1)|電話2|secondTel|TEL-1(2)",
        "email": "Email(2)|e-mail(2)",
        "fax": "FAX(2)",
        "mobile": "携帯電話(2)",
        "url": "URL(2)",
        "postal_code": "郵便番号(2)",
        "address": "住所(2)［全て］|住所(2)",
        "prefecture": "住所(2)［都道府県］",
        "city": "住所(2)［市区町村］",
        "street": "住所(2)［番地］",
        "building": "住所(2)［ビル名］",
    },
)

_EIGHT = _system(
    "Eight",
    "TEL会社|TEL部門|TEL直通|Eightでつながっている人|再データ化中の名刺|'?'を含んだデータ",
    {
        "company": "会社名",
        "department": "部署名",
        "title": "役職",
        "full_name": "氏名",
        "last_name": "姓",
        "first_name": "名",
        "email": "e-mail",
        "postal_code": "郵便番号",
        "address": "住所",
        "url": "URL",
        "phone": "TEL会社",
        "phone_direct": "TEL直通",
        "fax": "Fax",
        "mobile": "携帯電話",
        "exchange_date": "名刺交換日",
    },
    {"phone": "TEL部門"},
)

_IPROS = _system(
    "IPROS",
    "イプロス会員区分|引き合い日|引き合い時刻|コメント【動機】|コメント【至急度】|ファイル項目|事業所名|姓ふりがな|名ふりがな",
    {
        "company": "会社名",
        "last_name": "姓",
        "first_name": "名",
        "last_name_kana": "姓ふりがな|姓（ふりがな）",
        "first_name_kana": "名ふりがな|名（ふりがな）",
        "email": "メールアドレス",
        "department": "部署名|部署",
        "title": "役職",
        "phone": "電話番号|TEL",
        "fax": "FAX番号|FAX",
        "postal_code": "郵便番号",
        "prefecture": "都道府県",
        "address": "住所",
        "industry": "業種",
        "employees": "従業員数|従業員規模",
        "interests": "ファイル項目|項目",
        "created_at": "引き合い日",
    },
)

_ZOOM = _system(
    "Zoom",
    "Attended|User Name (Original Name)|Join Time|Leave Time|Time in Session (minutes)|Is Guest|Approval Status"
    "|Registration Time|Country/Region Name|参加|ユーザー名（元の名前）|参加時刻|退出時刻|セッション時間（分）|承認ステータス|登録時刻",
    {
        "full_name": "User Name (Original Name)|User Name|ユーザー名（元の名前）|ユーザー名",
        "first_name": "First Name|名",
        "last_name": "Last Name|姓",
        "email": "Email|User Email|メール|メールアドレス|Eメール",
        "phone": "Phone|電話|電話番号",
        "company": "Organization|組織|会社名",
        "title": "Job Title|役職",
        "industry": "Industry|業種",
        "created_at": "Registration Time|登録時刻",
        "country": "Country/Region Name|国/地域名",
        "lead_source": "Source Name|ソース名",
        "postal_code": "Zip/Postal Code",
        "city": "City",
        "prefecture": "State/Province",
    },
)

_KINTONE = _system(
    "kintone",
    "レコード番号|作成者|更新者|作業者",
    {
        "external_id": "レコード番号",
        "created_at": "作成日時",
        "updated_at": "更新日時",
        "status": "ステータス",
        "company": "会社名|顧客名",
        "department": "部署名|部署",
        "full_name": "担当者名|氏名",
        "title": "役職",
        "phone": "TEL|電話番号",
        "fax": "FAX",
        "email": "メールアドレス",
        "postal_code": "郵便番号",
        "address": "住所",
        "memo": "備考",
    },
)

_CYBOZU = _system(
    "Cybozu",
    "名前(姓)|名前(名)|よみ(姓)|よみ(名)|会社よみ|電話番号(会社)|会社コード",
    {
        "last_name": "名前(姓)",
        "first_name": "名前(名)",
        "last_name_kana": "よみ(姓)",
        "first_name_kana": "よみ(名)",
        "title": "役職",
        "phone": "Tel|電話番号(会社)",
        "email": "E-mail",
        "memo": "メモ",
        "company": "会社名",
        "company_kana": "会社よみ",
    },
)

_CYBERMAIL = _system(
    "CyberMail",
    "会社メールアドレス1|会社電話番号1|携帯番号(会社)1|FAX番号(会社)|住所(会社)郵便番号|住所(会社)都道府県|住所(会社)市区町村以降|URL(会社)",
    {
        "company": "会社名",
        "department": "部署",
        "title": "役職",
        "last_name": "姓",
        "first_name": "名",
        "email": "会社メールアドレス1",
        "phone": "会社電話番号1",
        "fax": "FAX番号(会社)",
        "mobile": "携帯番号(会社)1",
        "postal_code": "住所(会社)郵便番号",
        "prefecture": "住所(会社)都道府県",
        "city": "住所(会社)市区町村",
        "street": "住所(会社)市区町村以降",
        "url": "URL(会社)",
    },
)

_HOT_PROFILE = _system(
    "Hot Profile",
    "会社名略称|公開ステータス",
    {"company": "会社名", "last_name": "姓", "first_name": "名", "status": "ステータス"},
)

GENERIC: Final = _system(
    "",
    "",
    {
        "company": "会社名|勤務先|勤務先名|勤務先名称|貴社名|御社名|社名|企業名|法人名|会社・団体名|会社|団体名|組織名|所属企業"
        "|お勤め先|会社名称|貴社名・団体名|企業・団体名|御勤務先|学校名|Company|Company Name|Organization"
        "|Organisation|Organization Name|Organisation Name|Org Name|Org|Firm|Business Name|商号|屋号|店名|施設名|提出者名|Account|Account Name|Employer|取引先|取引先名|取引先会社名|顧客名|顧客企業名",
        "company_kana": "会社名カナ|会社名フリガナ|会社名ふりがな|会社名(カナ)|カイシャメイ|法人名カナ|企業名カナ|貴社名フリガナ|社名カナ|Company Kana|会社カナ",
        "company_en": "会社名英語|会社名(英語)|会社名（英）|会社名英文|英文社名|英語社名|Company (English)",
        "corporate_number": "法人番号|Corporate Number|法人No|法人ナンバー",
        "department": "部署|部署名|所属|所属部署|所属部署名|部門名|御所属|ご所属|所属・部署|部課名|部署・役職|Department|Division|課",
        "title": "役職|役職名|肩書|肩書き|お役職|職位|御役職|Title|Job Title|Position",
        "full_name": "氏名|お名前|ご氏名|お客様名|来場者名|来場者氏名|姓名|ご芳名|芳名|参加者名|参加者氏名|申込者名|申込者氏名|ご担当者名|担当者名"
        "|ご担当者|ご担当者様|お客様氏名|氏名(漢字)|名前(漢字)|漢字氏名|Full Name|Name|Contact|Contact Name|Your Name|Lead Name|フルネーム",
        "last_name": "姓|名字|苗字|氏|姓(漢字)|姓(全角)|お名前(姓)|氏名(姓)|名前(姓)|姓名(姓)|Last Name|Surname|Family Name|lname",
        "first_name": "名(漢字)|名(全角)|お名前(名)|氏名(名)|名前(名)|姓名(名)|First Name|Given Name|Forename|fname",
        "full_name_kana": "フリガナ|ふりがな|氏名カナ|氏名フリガナ|氏名ふりがな|氏名(カナ)|氏名(フリガナ)|カナ氏名|カナ|お名前フリガナ|お名前(フリガナ)|お名前カナ|お名前(カナ)"
        "|よみがな|読み仮名|ヨミガナ|ヨミ|よみ|シメイ|Name Kana|Kana|Furigana|名前カナ|名前(カナ)|名前フリガナ",
        "last_name_kana": "姓カナ|姓(カナ)|セイ|姓フリガナ|姓ふりがな|フリガナ(姓)|ふりがな(姓)|カナ(姓)|カナ姓|氏名カナ(姓)|せい|Last Name Kana|姓(フリガナ)|お名前フリガナ(姓)",
        "first_name_kana": "名カナ|名(カナ)|メイ|名フリガナ|名ふりがな|フリガナ(名)|ふりがな(名)|カナ(名)|カナ名|氏名カナ(名)|めい|First Name Kana|名(フリガナ)|お名前フリガナ(名)",
        "salutation": "敬称|Salutation|Prefix",
        "email": "メールアドレス|メール|E-mail|Email|Eメール|Eメールアドレス|E-mailアドレス|Emailアドレス|Mail|Mail Address|MailAddress"
        "|Email Address|電子メール|電子メールアドレス|PCメール|PCメールアドレス|メアド|会社メールアドレス|ご連絡先メールアドレス|Work Email|Business Email"
        "|勤務先メールアドレス|メールアドレス(会社)|アドレス(メール)|Your Email",
        "phone": "電話番号|電話|TEL|Phone|Phone Number|Telephone|Telephone Number|Tel No|TEL番号|会社電話番号|会社電話|代表電話|代表電話番号|電話番号(会社)"
        "|TEL(会社)|TEL(代表)|電話(代表)|勤務先電話番号|勤務先TEL|勤務先電話|お電話番号|ご連絡先電話番号|連絡先電話番号|Work Phone|Business Phone|Office Phone|TEL代表",
        "phone_direct": "直通|直通電話|直通番号|直通電話番号|直通TEL|TEL直通|TEL(直通)|電話番号(直通)|電話(直通)|ダイヤルイン|Direct Phone|Direct",
        "mobile": "携帯電話|携帯|携帯番号|携帯電話番号|携帯TEL|TEL(携帯)|モバイル|Mobile|Mobile Phone|Mobile Number|Mobile Phone Number|Cell|Cell Phone|電話番号(携帯)",
        "fax": "FAX|FAX番号|ファックス|ファクス|ファックス番号|Fax Number|会社FAX|勤務先FAX|FAX(会社)",
        "url": "URL|HP|ホームページ|ホームページURL|Webサイト|ウェブサイト|Web|サイト|サイトURL|会社URL|企業URL|Website|Website URL|Web Site|Homepage|HP URL|Domain|ドメイン",
        "country": "国|国名|Country|国・地域",
        "postal_code": "郵便番号|〒|〒番号|郵便|Zip|Zip Code|Postal Code|Postcode|会社郵便番号|勤務先郵便番号|郵便番号(会社)|勤務先〒",
        "prefecture": "都道府県|都道府県名|県|県名|Prefecture|State|Province|State/Province|会社都道府県|勤務先都道府県|ご住所(都道府県)|住所(都道府県)|都道府県(会社)",
        "city": "市区町村|市区郡|市区町村名|City|Town|市町村|市区|ご住所(市区町村)|住所(市区町村)|住所市区町村|Suburb",
        "street": "町名・番地|番地|町域|町域・番地|町名番地|丁目・番地|町名|丁目番地|以降の住所|それ以降の住所|市区町村以下|Street|Street Address|Address Line 1|Address 1|住所(番地)|住所番地|それ以降",
        "building": "ビル名|建物名|建物|建物名・階数|マンション名|ビル・建物名|ビル名・階|建物名等|Building|Address Line 2|Address 2|住所(建物名)|建物名・部屋番号|ビル",
        "address": "住所|ご住所|会社住所|勤務先住所|所在地|本社所在地|住所(会社)|Address|Full Address|会社所在地|住所全体|御住所|Addr",
        "industry": "業種|業界|業種名|業種分類|Industry|貴社業種|事業内容",
        "employees": "従業員数|従業員規模|社員数|従業員|社員規模|会社規模|企業規模|Employees|Number of Employees|Company Size|Employee Count|No of Employees",
        "revenue": "売上高|年商|売上|年間売上|年間売上高|売上規模|Revenue|Annual Revenue|Sales",
        "amount": "商談金額|案件金額|見込金額|見積金額|受注予定額|予算|予算額|Amount|Deal Amount|Budget|予定金額|想定金額",
        "interests": "関心|興味|関心製品|興味のある製品|関心分野|興味分野|ご興味のある製品|関心のある製品|興味製品|製品|関心事項|興味・関心|関心製品・サービス|Interests|Interest|Product Interest|資料名|商品名|製品名",
        "tags": "タグ|Tags|Tag|ラベル|Labels",
        "lead_source": "リードソース|流入元|流入経路|獲得経路|認知経路|情報源|Lead Source|Source|獲得チャネル|チャネル|ソース",
        "campaign": "キャンペーン|キャンペーン名|施策名|施策|Campaign|Campaign Name|展示会名|イベント名|出展名|セミナー名|utm_campaign|展示会|イベント|セミナー|フォーム名",
        "status": "状況|ステータス|状態|対応状況|フォロー状況|Status|Lead Status|進捗",
        "rating": "評価|確度|温度感|見込度|見込み度|見込度合い|確度ランク|Rating|リード評価|ホット度|見込ランク|見込み|見込|商談確度",
        "score": "スコア|点数|Score|Lead Score|リードスコア",
        "owner": "営業担当|営業担当者|営業担当者名|対応者|対応者名|自社担当|自社担当者|弊社担当|弊社担当者|当社担当|当社担当者|所有者|Owner|Sales Rep|担当営業|対応スタッフ|説明員|対応者氏名|リード所有者|アテンド|応対者",
        "owner_id": "担当者ID|所有者ID|営業担当ID|Owner ID|担当者コード|社員番号",
        "memo": "備考|メモ|ヒアリング内容|商談メモ|コメント|備考欄|特記事項|お問い合わせ内容|お問合せ内容|問い合わせ内容|問合せ内容|ご質問|ご要望|質問|Memo|Note|Notes|Comment|Comments|Description|Message|メッセージ|内容|摘要|本文|説明|連絡事項|対応内容",
        "opt_in": "Consent|Marketing Consent|メルマガ可否|配信可否|メール配信可否|メルマガ|メルマガ希望|メルマガ登録|メルマガ購読|メール配信|メール配信希望|配信同意|メール配信同意|案内可否|案内メール可否|ご案内メール|Opt-in|Email Opt In|Newsletter|Opt In"
        "|メールマガジン|メールマガジン希望|メールでのご案内|メールでの案内|DM可否|案内希望|情報配信同意|メルマガ配信",
        "opt_out_email": "配信停止|メール配信停止|配信拒否|メール停止|メルマガ停止|オプトアウト|メルマガ解除|配信不可|メール不可|Unsubscribed|Email Opt Out|Opt-out|Opt Out|メール送信除外|メルマガ配信停止|DM不可",
        "opt_out_phone": "電話禁止|電話拒否|架電禁止|架電NG|電話連絡拒否|電話不可|TEL不可|Do Not Call|架電不可|電話連絡不可",
        "bounced": "メール不達|不達|エラーメール|バウンス|Email Invalid|Bounced|Bounce|メール無効|配信エラー",
        "exchange_date": "名刺交換日|交換日|名刺獲得日|名刺取得日|Exchange Date",
        "created_at": "作成日時|作成日|登録日時|登録日|読取日時|読み取り日時|受付日時|来場日|来場日時|受付日|取得日|取得日時|獲得日|送信日時|申込日|申込日時|申込み日時|回答日時|回答日|問い合わせ日|問合せ日|お問い合わせ日時|問合せ日時"
        "|Created|Created At|Create Date|Created Date|Creation Date|Timestamp|タイムスタンプ|Submitted At|Submission Date|Registration Date|スキャン日時|読取時刻|受信日時|応募日時|来場時刻|ダウンロード日時|ダウンロード日|DL日時",
        "updated_at": "更新日時|更新日|最終更新日|最終更新日時|Updated|Updated At|Last Modified|Last Modified Date|Modified|Modified At|最終更新",
        "external_id": "来場者番号|バーコード|バーコード番号|QR|QRコード|来場者ID|外部ID|External ID|ExternalId|リードID|顧客ID|会員ID|会員番号|ユーザーID|顧客番号|顧客コード|受付番号|管理番号|Lead ID|Contact ID"
        "|Customer ID|Id|ID|User ID|リードNo|管理No|受付No|バッジ番号|バッジID|Badge ID|名刺ID|取引先責任者ID|Visitor ID|Submission ID|Response ID|Entry ID|回答ID|送信ID|回答番号",
    },
    {
        "email": "メールアドレス2|メールアドレス(2)|予備メールアドレス|携帯メール|携帯メールアドレス|携帯アドレス|個人メールアドレス|Secondary Email|Alternate Email|メール2|CCメールアドレス",
        "phone": "電話番号2|電話2|TEL2|その他電話|その他電話番号|部署電話番号|部門電話番号|TEL(部門)|Phone 2|Other Phone|Home Phone|自宅電話番号|自宅電話|自宅TEL",
        "building": "住所3|Address 3|Address Line 3",
        "fax": "FAX2",
        "url": "URL2",
        "address": "住所(自宅)|自宅住所|Home Address",
        "postal_code": "自宅郵便番号|郵便番号(自宅)",
    },
    {name: name for name in FIELDS},
)
"""The words of exhibition, seminar, inquiry and hand-made lists, and the names of the fields themselves."""

SYSTEMS: Final[tuple[System, ...]] = (
    _SALESFORCE,
    _MARKETO,
    _ELOQUA,
    _HUBSPOT,
    _SANSAN,
    _EIGHT,
    _IPROS,
    _ZOOM,
    _KINTONE,
    _CYBOZU,
    _CYBERMAIL,
    _HOT_PROFILE,
)
"""The systems that are recognised by their headers."""
