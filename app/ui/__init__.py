"""The window: Qt lives here and nowhere else.

How to write a page
===================
A tab is a package ``app/ui/<tab>/`` (datasets, training, verification, deployment, results) whose ``page.py`` has ::

    class Page(QWidget):
        def __init__(self, session: Session) -> None: ...
        def show_record(self, record_id: str) -> None:   # "" means: just show the tab
        def badge(self) -> tuple[Kind, str, str] | None: # optional, see ``app.ui.tabs``

        def remember(self) -> object: ...                # optional: what was filled in; given to ``recall(...)`` of
                                                         # the page that is made in another language

The page is made when its tab is first shown (:mod:`app.ui.pages`), and made again when the language changes; a record
that was shown is shown again. No project is ever ``None`` for a page: pages exist only while one is open.

Words: ``session.words("ui_datasets.rows", n=7043)``; a stored ``Text``: ``session.words.text(finding.message)``;
numbers: ``session.words.number(x)``, ``.percent(0.265)``, ``.datetime(...)``. Never a string in code.

Records: ``session.records(DATASET)``; ``record.read(DatasetVersion)``. Small commits: ``session.commit([draft(...)],
self._on_committed, self._on_failed)``. Anything that waits for the disk: ``session.run(partial(f, x), self._on_read)``.

Work: ``job_id = session.submit(TRAIN, request, Text("ui_training.job", {"name": "churn"}))``. It appears in the
activity bar. Listen with ``session.job_event.connect(self._on_job_event)``: ``Started | Progressed | Published |
Ended``, on the GUI thread, ``Ended`` exactly once; decode ``msgspec.json.decode(event.value, type=Leaderboard)``.
Records come as ``session.changed`` (kind -> ids): reload from the index, keep the selection by id.
``session.jobs.stop(job_id)``;
``session.jobs`` knows every job's state. Previews: ``session.quick(INSPECT, request, Inspected, self._on_inspected,
self._on_inspect_failed)``: newest question wins, answers come to bound methods only.

Rows of a data table: ``model = PagedTableModel(session, dataset_record)`` (``app.ui.models.paged``). A table of
structs: ``model = RecordTableModel(theme, [Column("AUC", text=..., right=True)], rows, key=lambda r: r.id)``,
``table = Table(theme, model, name="...", whole=True)``; ``table.picked.connect``, ``table.fit_columns(stretch=0)``.
Cells drawn: ``Column(..., drawn=lambda r: ChipCell("better", "good") | IntervalCell(v, lo, hi, 0.5, 1.0) |
BarsCell(counts) | DotsCell(3))``; ``text`` is then what a screen reader says.

Errors: ``notice = Notice(theme, close_name=words("ui.close")); notice.say_error(words, error)`` on the page;
``session.failed`` shows a bar at the top of the window. Field errors: ``field.set_wrong(sentence)``.

Widgets (all take ``session.theme`` where they draw themselves)::

    from app.ui.widgets.basics import Badge, Card, Chip, IconButton, button, clear, column, label, line, row
    card = Card(words("ui_x.question"), hint); card.body.addWidget(label(text, "muted"))
    button(text, self._on_train_clicked, "primary")   # roles: primary secondary danger link small flat choice row
    from app.ui.widgets.page import EmptyPage, PageHeader, ScrollPage
    header = PageHeader(title, words("ui_x.version", number=3), subtitle); header.add(...); header.set_primary(...)
    page = ScrollPage(); page.add(header); page.add(card)
    EmptyPage(theme, "database", title, sentence, action, link): signals acted, linked
    from app.ui.widgets.messages import FindingRow, Notice
    from app.ui.widgets.form import Dropdown, Field, Option, Segments, line_edit, text_edit
    Field(caption, Dropdown(theme, [Option("auto", words(...), detail)])); dropdown.chosen -> value
    from app.ui.widgets.chart import ChartView          # imports pyqtgraph: import it inside the page, never at start
    view = ChartView(theme, words); view.show_chart(chart, Extras(gate=(0.8, "gate"), x_ticks=..., cards=...)) |
    view.show_histogram(histogram, column_type) | view.show_counts(bars); view.point_clicked -> curve, point

Rules: only bound methods (``@Slot``) in ``connect``; state is an enum or an id, never a label; no colour, size or font
outside ``app.ui.theme`` (use its tokens GAP PAD SPACE WIDE); ``dialog.open()``, never ``exec``; every control has an
accessible name. Give what tests click an ``objectName`` (``"train"``), so that they need no label.
"""
