"""The words of reports in Japanese and English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from leadflow.reporting.words import Words

__all__ = ["LABELS", "label"]

LABELS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        name: Words(ja, en)
        for name, ja, en in (
            # columns
            ("kpi", "KPI", "KPI"),
            ("level", "階層", "Level"),
            ("unit", "単位ID", "Unit id"),
            ("unit_name", "担当・組織", "Unit"),
            ("period", "期間", "Period"),
            ("period_label", "対象期間", "Dates"),
            ("target", "目標", "Target"),
            ("due", "本日時点の目標", "Due by now"),
            ("actual", "実績", "Actual"),
            ("gap", "差", "Gap"),
            ("attainment", "達成率", "Attainment"),
            ("pace", "進捗率", "Pace"),
            ("working_days_left", "残り営業日", "Working days left"),
            ("needed_per_day", "必要数/営業日", "Needed per working day"),
            ("forecast", "着地見込み", "Forecast"),
            ("forecast_low", "見込み下限", "Forecast, low"),
            ("forecast_high", "見込み上限", "Forecast, high"),
            ("stage", "ステージ", "Stage"),
            ("month", "月", "Month"),
            ("opening", "期首", "Opening"),
            ("entered", "流入", "In"),
            ("left", "流出", "Out"),
            ("closing", "期末", "Closing"),
            ("reached", "到達リード数", "Leads that reached it"),
            ("conversion", "前段階からの転換率", "From the stage before"),
            ("from_first", "最初からの転換率", "From the first"),
            ("median_days", "滞在日数（中央値）", "Median days in stage"),
            ("p90_days", "滞在日数（90%点）", "90th percentile of days"),
            ("now", "現在", "Now"),
            ("cohort", "発生月", "Captured in"),
            ("leads", "リード数", "Leads"),
            ("owner", "担当者ID", "Owner id"),
            ("owner_name", "担当者", "Owner"),
            ("team", "チーム", "Team"),
            ("department", "部門", "Department"),
            ("handed_over", "引渡し", "Handed over"),
            ("open", "対応中", "Open"),
            ("waiting", "受諾待ち", "Waiting"),
            ("overdue", "期限超過", "Overdue"),
            ("untouched", "未接触", "Untouched"),
            ("accepted", "受諾済み", "Accepted"),
            ("followed_up", "フォロー済み", "Followed up"),
            ("declined", "辞退", "Declined"),
            ("expired", "失効", "Expired"),
            ("closed", "完了", "Closed"),
            ("hours_to_accept", "受諾までの時間（中央値）", "Hours to accept (median)"),
            ("lead_id", "リードID", "Lead id"),
            ("company", "会社名", "Company"),
            ("grade", "評価", "Grade"),
            ("offered_at", "引渡し日時", "Handed over at"),
            ("deadline", "受諾期限", "Accept by"),
            ("hours_late", "超過（営業時間）", "Late (business hours)"),
            ("source", "リスト", "List"),
            ("at", "取込日時", "Imported at"),
            ("encoding", "文字コード", "Encoding"),
            ("arrived", "新しい元データ行", "New source records"),
            ("read", "読込行", "Rows read"),
            ("accepted_rows", "採用行", "Accepted"),
            ("rejected", "除外行", "Rejected"),
            ("reject_rate", "除外率", "Rejected share"),
            ("invalid", "読めないセル", "Cells not understood"),
            ("reason", "理由", "Reason"),
            ("count", "件数", "Count"),
            ("field", "項目", "Field"),
            ("filled", "記入あり", "Filled"),
            ("completeness", "充足率", "Completeness"),
            ("records", "元データ行", "Source records"),
            ("distinct_leads", "統合後リード", "Distinct leads"),
            ("duplicates", "重複行", "Duplicate rows"),
            ("duplicate_rate", "重複率", "Duplicate share"),
            ("shared", "他リストと共通", "Also in another list"),
            ("size", "1リードの行数", "Rows per lead"),
            ("campaign", "キャンペーン", "Campaign"),
            ("origin", "獲得経路", "Origin"),
            ("mqls", "MQL", "MQLs"),
            ("opportunities", "商談", "Opportunities"),
            ("won", "受注", "Won"),
            ("won_amount", "受注金額", "Won amount"),
            ("cost", "費用", "Cost"),
            ("cost_per_lead", "リード単価", "Cost per lead"),
            ("cost_per_mql", "MQL単価", "Cost per MQL"),
            ("cost_per_opportunity", "商談単価", "Cost per opportunity"),
            ("cost_per_won", "受注単価", "Cost per won deal"),
            ("roi", "ROI", "ROI"),
            ("rule", "規則", "Rule"),
            ("value", "値", "Value"),
            ("evidence", "根拠", "Evidence"),
            ("old", "変更前", "Old"),
            ("new", "変更後", "New"),
            ("actor", "実施者", "By"),
            ("dimension", "切り口", "Dimension"),
            ("before", "前期間", "Before"),
            ("after", "当期間", "Now"),
            ("contribution", "寄与", "Contribution"),
            ("share", "構成比", "Share"),
            ("week", "週", "Week"),
            # values
            ("day", "日付", "Day"),
            ("unassigned", "未割当", "Unassigned"),
            ("unknown", "不明", "Unknown"),
            ("none", "該当なし", "None"),
            # titles
            ("attainment_title", "目標と実績", "Targets and attainment"),
            ("funnel_title", "ファネル", "Funnel"),
            ("flow_title", "ステージの増減（月別）", "Flow through stages by month"),
            ("cohorts_title", "発生月別の到達率", "Cohorts by month of capture"),
            ("ownership_title", "担当別の状況", "Ownership and follow-up"),
            ("overdue_title", "受諾期限を過ぎた引渡し", "Hand-overs past their deadline"),
            ("follow_up_title", "引渡しのその後", "What became of the hand-overs"),
            ("declined_title", "辞退の理由", "Declined hand-overs by reason"),
            ("quality_title", "リストの品質", "Quality of the lists"),
            ("rejects_title", "除外の理由", "Rejects by reason"),
            ("completeness_title", "項目の充足率", "Completeness by field"),
            ("duplicates_title", "見つかった重複", "Duplicates found"),
            ("campaigns_title", "キャンペーン別の成果", "Results by campaign"),
            ("origins_title", "獲得経路別の成果", "Results by origin"),
            ("won_origins_title", "受注の獲得経路（月別）", "Origins of won deals by month"),
            ("others", "その他", "Others"),
            ("plausibility_title", "確認が必要な金額・値", "Values that need a check"),
            ("corrections_title", "訂正の記録", "Corrections"),
            ("shortfall_title", "不足の内訳", "What is behind the shortfall"),
            ("change_title", "受注金額の増減の内訳", "What changed the won amount"),
            ("changes_title", "前回レポートからの変更", "What changed in the past since the last report"),
            ("quality_months_title", "データ品質の推移", "Data quality over time"),
            ("trend_title", "累計の推移", "Cumulative against target"),
            # notes
            (
                "note_pace",
                "「本日時点の目標」は営業日で按分した目標です。進捗率＝実績÷本日時点の目標。見込みの幅は80%区間です。",
                "Due by now is the target spread over working days. Pace is actual by due. Forecasts hold an 80% interval.",
            ),
            (
                "note_unassigned",
                "担当者が分からない実績は「未割当」として全社に含めます。",
                "What nobody known did counts as unassigned, within the company.",
            ),
            (
                "note_flow",
                "期首＋流入－流出＝期末が、どのステージ・どの月でも成り立ちます。",
                "Opening + in − out = closing for every stage and month.",
            ),
            (
                "note_reached",
                "到達リード数は、そのステージかその先に一度でも入ったリードの数です。",
                "A lead reached a stage when it was ever in it or beyond it.",
            ),
            (
                "note_touched",
                "未接触は、引渡し後に電話・アポイントなど担当者の活動記録がない対応中リードです。",
                "Untouched: open, and nobody from staff recorded an activity with the lead since the hand-over.",
            ),
            (
                "note_cost",
                "費用が不明なものは単価もROIも不明です（0円とは扱いません）。",
                "Where the cost is unknown, so is the ROI; it is not taken for zero.",
            ),
            (
                "note_duplicates",
                "重複行＝元データ行－統合後リード。元データは失われません。",
                "Duplicate rows are source records less distinct leads; no record is lost.",
            ),
        )
    }
)
"""The words by key."""


def label(key: str) -> Words:
    """Return the words of a key, or the key itself in both languages.

    Example:
        >>> label("owner_name").en, label("展示会").en
        ('Owner', '展示会')
    """
    return LABELS.get(key, Words(key, key))
