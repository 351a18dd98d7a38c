"""A browser tab without a browser: opens pages and uses widgets by Streamlit's own protocol.

It keeps the state of a browser (widgets on screen and their values, the address, fragments that
poll, large messages that need not be sent twice) and draws nothing.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs

from google.protobuf.message import Message
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE_SECONDS = 300.0
SIDEBAR_SECONDS = 4.0
"""How often the sidebar's list of jobs polls, until the page is drawn again."""
VALUES = {
    "selectbox": "string_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "checkbox": "bool_value",
    "number_input": "double_value",
    "multiselect": "string_array_value",
    "button_group": "string_array_value",
    "button": "trigger_value",
    "dataframe": "string_value",
    "bidi_component": "json_value",
    "tab_container": "string_value",
}
"""Kinds of widgets, and the field in which the value of one is sent."""

TABS = "Tabs"
"""The name of tabs; no page has two."""

BROKEN = "exception"
"""The element that a page shows only where it is broken."""


@dataclass(frozen=True)
class Interaction:
    """One thing that a visitor did, from its message to the end of the script.

    kind: 'models: selectbox Sort by', 'poll: drug_prediction'. n_bytes: that came.
    """

    kind: str
    seconds: float
    n_bytes: int
    at: float


@dataclass(frozen=True)
class Widget:
    """A widget on screen. fragment: the fragment it is in, '' for the page itself."""

    kind: str
    element: Message
    fragment: str

    @property
    def id(self) -> str:
        return str(self.element.id)  # type: ignore[attr-defined]

    @property
    def name(self) -> str:
        """Its label or, without one, the key that the page gave it."""
        if self.kind == "tab_container":
            return TABS
        label = getattr(self.element, "label", "")
        return str(label) or self.id.partition("-")[2].partition("-")[2]

    @property
    def options(self) -> list[str]:
        """What can be chosen."""
        options = getattr(self.element, "options", ())
        return [each if isinstance(each, str) else each.content for each in options]


class Visitor:
    """A tab with an open connection; what it does is done one after the other.

    pause: seconds to think after the next thing that it does.

    log: what was done. broken: pages that failed, and by which exception. errors: what pages told
    the user as an error.
    """

    def __init__(self, connection: ClientConnection, pause: Callable[[], float]) -> None:
        self.log: list[Interaction] = []
        self.broken: list[str] = []
        self.errors: list[str] = []
        self.page, self.query, self._here = "home", "", ""
        self._connection, self._pause = connection, pause
        self._pages: dict[str, str] = {}
        self._widgets: dict[str, Widget] = {}
        self._values: dict[str, WidgetState] = {}
        self._polls: dict[str, float] = {}
        self._sent_before: dict[str, ForwardMsg] = {}

    async def open(self, page: str, query: str = "") -> None:
        """Open a page by its address in the new tab. Raises TimeoutError as every action does."""
        request = BackMsg()
        request.rerun_script.page_name = page
        self.query = query
        await self._do(request, f"open: {page or 'home'}")

    async def go(self, page: str, query: str = "") -> None:
        """Choose a page in the navigation or follow a link within the app."""
        request = BackMsg()
        request.rerun_script.page_script_hash = self._pages[page]
        self.query = query
        self._values.clear()
        await self._do(request, f"page: {page or 'home'}")

    async def press(self, label: str) -> None:
        """Raises LookupError where no such button can be pressed; likewise the others."""
        await self._use("button", lambda name: name == label, True)

    async def choose(self, label: str, value: object) -> None:
        """Give a value to the selectbox, text, number, … of this label."""
        widget = self._find("", lambda name: name == label)
        if widget.kind in {"multiselect", "button_group"} and isinstance(value, str):
            value = [value]
        await self._set(widget, value)

    async def select_row(self, key: str, row: int) -> None:
        """Click in a row of the table whose key begins so."""
        chosen = json.dumps({"selection": {"rows": [row], "columns": [], "cells": []}})
        await self._use("dataframe", lambda name: name.startswith(key), chosen)

    async def tell(self, key: str, value: dict[str, object]) -> None:
        """Send the state of the component whose key begins so."""
        await self._use("bidi_component", lambda name: name.startswith(key), json.dumps(value))

    def ranked(self, key: str) -> list[str]:
        """The drugs in the list whose key begins so, [] where it is not there."""
        found = [each for each in self._widgets.values() if each.name.startswith(key)]
        return [row["drug"] for row in json.loads(found[0].element.json)["rows"]] if found else []

    async def think(self, seconds: float) -> None:
        """Do nothing but what the page does by itself: fragments poll."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            interval = min(self._polls.values(), default=left)
            await asyncio.sleep(min(left, interval))
            if interval < left:
                await self._poll()

    async def follow(self) -> None:
        """Watch the page for as long as it polls; the sidebar may poll on."""
        while (interval := min(self._polls.values(), default=SIDEBAR_SECONDS)) < SIDEBAR_SECONDS:
            await asyncio.sleep(interval)
            await self._poll()

    @property
    def pages(self) -> list[str]:
        """Names of all pages in the order of the navigation, that of the home page first."""
        return list(self._pages)

    def parameter(self, name: str) -> str:
        """Of the address, '' where it is absent."""
        return parse_qs(self.query).get(name, [""])[0]

    def options(self, label: str) -> list[str]:
        """What the widget of this label offers, [] where it is not there."""
        found = [widget for widget in self._widgets.values() if widget.name == label]
        return found[0].options if found else []

    def names(self, kind: str, key: str) -> list[str]:
        """Labels or keys of all widgets of this kind that begin so."""
        there = (each.name for each in self._widgets.values() if each.kind == kind)
        return [name for name in there if name.startswith(key)]

    async def _poll(self) -> None:
        """Run the fragment that polls most often."""
        request = BackMsg()
        request.rerun_script.fragment_id = min(self._polls, key=self._polls.__getitem__)
        request.rerun_script.is_auto_rerun = True
        await self._run(request, f"poll: {self.page}")

    async def _use(self, kind: str, named: Callable[[str], bool], value: object) -> None:
        await self._set(self._find(kind, named), value)

    def _find(self, kind: str, named: Callable[[str], bool]) -> Widget:
        """Of the kind, '' for any."""
        for each in self._widgets.values():
            usable = each.kind == kind or not kind
            if usable and named(each.name) and not getattr(each.element, "disabled", False):
                return each
        there = sorted(f"{each.kind} '{each.name}'" for each in self._widgets.values())
        raise LookupError(f"No {kind or 'widget'} of that name on '{self.page}': {there}")

    async def _set(self, widget: Widget, value: object) -> None:
        state, field = WidgetState(id=widget.id), VALUES[widget.kind]
        if field == "string_array_value":
            state.string_array_value.data.extend(value)  # type: ignore[arg-type]
        else:
            setattr(state, field, value)
        self._values[widget.id] = state
        request = BackMsg()
        request.rerun_script.fragment_id = widget.fragment
        has_key = widget.kind in {"dataframe", "bidi_component"}
        name = widget.name.partition("-" if has_key else " · ")[0]
        if widget.kind == "button":
            del self._values[widget.id]  # pressed once
            request.rerun_script.widget_states.widgets.append(state)
        await self._do(request, f"{self.page}: {widget.kind} {name}")

    async def _do(self, request: BackMsg, kind: str) -> None:
        await self._run(request, kind)
        await self.think(self._pause())

    async def _run(self, request: BackMsg, kind: str) -> None:
        """Send, and take in what comes until the script has ended."""
        state = request.rerun_script
        state.query_string = self.query
        state.widget_states.widgets.extend(self._values.values())
        state.cached_message_hashes.extend(self._sent_before)
        state.page_script_hash = state.page_script_hash or self._here
        started = time.perf_counter()
        await self._connection.send(request.SerializeToString())
        n_bytes, running = 0, True
        async with asyncio.timeout(PATIENCE_SECONDS):
            while running:
                content = await self._connection.recv()
                n_bytes += len(content)
                message = ForwardMsg()
                message.ParseFromString(content)  # type: ignore[arg-type]
                self._take(message, of_fragment=bool(state.fragment_id))
                running = not _is_end(message)
        now = time.perf_counter()
        # What has left the screen is forgotten, by the browser too.
        self._values = {name: self._values[name] for name in self._values if name in self._widgets}
        self.log.append(Interaction(kind, now - started, n_bytes, now))

    def _take(self, message: ForwardMsg, *, of_fragment: bool) -> None:
        if message.WhichOneof("type") == "ref_hash":
            known = ForwardMsg()
            known.CopyFrom(self._sent_before[message.ref_hash])
            known.metadata.CopyFrom(message.metadata)
            message = known
        elif message.metadata.cacheable:
            self._sent_before[message.hash] = message
        match message.WhichOneof("type"):
            case "new_session":
                self._begin(message)
            case "navigation":
                self._pages = {
                    "" if page.is_default else page.url_pathname: page.page_script_hash
                    for page in message.navigation.app_pages
                }
                self._here = message.navigation.page_script_hash
                hashes = {page_hash: page for page, page_hash in self._pages.items()}
                self.page = hashes.get(self._here, "") or "home"
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "auto_rerun":
                self._polls[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._polls.pop(fragment, None)
            case "delta":
                self._draw(message)

    def _begin(self, message: ForwardMsg) -> None:
        """A run of the whole page draws everything again; that of a fragment, what is in it."""
        fragments = set(message.metadata.run.fragment_ids)
        if not fragments:
            self._polls.clear()
        self._widgets = {
            name: widget
            for name, widget in self._widgets.items()
            if fragments and widget.fragment not in fragments
        }

    def _draw(self, message: ForwardMsg) -> None:
        drawn = message.delta.WhichOneof("type")
        if drawn == "new_transient":  # a spinner, which vanishes with what it announces
            return
        element = getattr(message.delta, drawn)
        kind = element.WhichOneof("type")
        if kind == BROKEN:
            self.broken.append(f"{self.page}: {element.exception.type}")
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self.errors.append(f"{self.page}: {element.alert.body}")
        elif kind in VALUES:
            widget = Widget(kind, getattr(element, kind), message.delta.fragment_id)
            if widget.id:
                self._widgets[widget.id] = widget


@asynccontextmanager
async def visiting(
    port: int,
    pause: Callable[[], float] = lambda: 0.0,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Visitor]:
    """A new tab at a server of this computer, closed when the block ends.

    pause: see `Visitor`. headers: what a proxy between the two would say.
    """
    address = f"ws://localhost:{port}/_stcore/stream"
    async with connect(
        address,
        subprotocols=["streamlit"],
        max_size=None,
        compression=None,  # type: ignore[list-item]
        additional_headers=headers,
        open_timeout=PATIENCE_SECONDS,
    ) as connection:
        yield Visitor(connection, pause)


def _is_end(message: ForwardMsg) -> bool:
    """A script that begins again, by `st.rerun` or on another page, has not ended."""
    return (
        message.WhichOneof("type") == "script_finished"
        and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
    )
