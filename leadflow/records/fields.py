"""The fields that leadflow knows: one table from which mapping, normalising, labels and storage follow."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

__all__ = ["FIELDS", "FieldKind", "FieldSpec"]


class FieldKind(enum.Enum):
    """What a field's text is, and so how it is normalised and stored."""

    TEXT = "text"
    COMPANY = "company"
    PERSON = "person"
    KANA = "kana"
    EMAIL = "email"
    PHONE = "phone"
    POSTAL_CODE = "postal_code"
    ADDRESS = "address"
    CORPORATE_NUMBER = "corporate_number"
    URL = "url"
    INTEGER = "integer"
    MONEY = "money"
    FLAG = "flag"
    DATE = "date"
    TIME = "time"
    TAGS = "tags"


@attrs.frozen(kw_only=True)
class FieldSpec:
    """A known field.

    Attributes:
        name: the name in code, conditions and definition files.
        kind: how its text is read. TEXT to URL hold ``str``; INTEGER and MONEY (yen) ``int``; FLAG
            ``bool``; DATE ``datetime.date``; TIME an aware ``datetime.datetime``; TAGS a tuple of ``str``.
        label_ja: the label in Japanese output.
        label_en: the label in English output.
        personal: whether it can identify a person, and so is masked in messages and erased on request.
    """

    name: str
    kind: FieldKind
    label_ja: str
    label_en: str
    personal: bool = False


def _field(name: str, kind: FieldKind, label_ja: str, label_en: str, *, personal: bool = False) -> FieldSpec:
    return FieldSpec(name=name, kind=kind, label_ja=label_ja, label_en=label_en, personal=personal)


_K = FieldKind

FIELDS: Final[Mapping[str, FieldSpec]] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            _field("company", _K.COMPANY, "会社名", "Company"),
            _field("company_kana", _K.KANA, "会社名カナ", "Company (kana)"),
            _field("company_en", _K.COMPANY, "会社名（英）", "Company (English)"),
            _field("corporate_number", _K.CORPORATE_NUMBER, "法人番号", "Corporate number"),
            _field("department", _K.TEXT, "部署", "Department"),
            _field("title", _K.TEXT, "役職", "Title"),
            _field("full_name", _K.PERSON, "氏名", "Name", personal=True),
            _field("last_name", _K.TEXT, "姓", "Last name", personal=True),
            _field("first_name", _K.TEXT, "名", "First name", personal=True),
            _field("full_name_kana", _K.KANA, "氏名カナ", "Name (kana)", personal=True),
            _field("last_name_kana", _K.KANA, "姓カナ", "Last name (kana)", personal=True),
            _field("first_name_kana", _K.KANA, "名カナ", "First name (kana)", personal=True),
            _field("salutation", _K.TEXT, "敬称", "Salutation"),
            _field("email", _K.EMAIL, "メールアドレス", "E-mail", personal=True),
            _field("phone", _K.PHONE, "電話番号", "Phone", personal=True),
            _field("phone_direct", _K.PHONE, "直通電話", "Direct phone", personal=True),
            _field("mobile", _K.PHONE, "携帯電話", "Mobile", personal=True),
            _field("fax", _K.PHONE, "FAX", "Fax", personal=True),
            _field("url", _K.URL, "URL", "Website"),
            _field("country", _K.TEXT, "国", "Country"),
            _field("postal_code", _K.POSTAL_CODE, "郵便番号", "Postal code"),
            _field("prefecture", _K.TEXT, "都道府県", "Prefecture"),
            _field("city", _K.TEXT, "市区町村", "City"),
            _field("street", _K.TEXT, "町名・番地", "Street"),
            _field("building", _K.TEXT, "建物名", "Building"),
            _field("address", _K.ADDRESS, "住所", "Address", personal=True),
            _field("industry", _K.TEXT, "業種", "Industry"),
            _field("employees", _K.INTEGER, "従業員数", "Employees"),
            _field("revenue", _K.MONEY, "売上高", "Revenue"),
            _field("amount", _K.MONEY, "商談金額", "Deal amount"),
            _field("interests", _K.TAGS, "関心", "Interests"),
            _field("tags", _K.TAGS, "タグ", "Tags"),
            _field("lead_source", _K.TEXT, "リードソース", "Lead source"),
            _field("campaign", _K.TEXT, "キャンペーン", "Campaign"),
            _field("status", _K.TEXT, "状況", "Status"),
            _field("rating", _K.TEXT, "評価", "Rating"),
            _field("score", _K.INTEGER, "取込時スコア", "Imported score"),
            _field("owner", _K.TEXT, "担当者", "Owner"),
            _field("owner_id", _K.TEXT, "担当者ID", "Owner id"),
            _field("memo", _K.TEXT, "備考", "Memo", personal=True),
            _field("opt_in", _K.FLAG, "配信同意", "Opt-in"),
            _field("opt_out_email", _K.FLAG, "メール配信停止", "Email opt-out"),
            _field("opt_out_phone", _K.FLAG, "電話連絡拒否", "Phone opt-out"),
            _field("bounced", _K.FLAG, "メール不達", "Email bounced"),
            _field("exchange_date", _K.DATE, "名刺交換日", "Card exchange date"),
            _field("created_at", _K.TIME, "作成日時", "Created"),
            _field("updated_at", _K.TIME, "更新日時", "Updated"),
            _field("external_id", _K.TEXT, "外部ID", "External id"),
        )
    }
)
