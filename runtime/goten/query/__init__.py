"""What requests ask for: filters, orders, pages, selections and masks, over plain protobuf messages."""

from __future__ import annotations

from goten.query.errors import QueryError
from goten.query.filters import Filter, parse_filter
from goten.query.masks import check_mask, differing_paths, masked_response, overwrite, pick, set_paths
from goten.query.order import OrderBy, parse_order
from goten.query.page_token import PageToken, parse_page_token
from goten.query.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page, prefix_bounds, select_page
from goten.query.selection import Selection, declared_views

__all__ = [
    "DEFAULT_PAGE_SIZE",
    "MAX_PAGE_SIZE",
    "Filter",
    "OrderBy",
    "Page",
    "PageToken",
    "QueryError",
    "Selection",
    "check_mask",
    "declared_views",
    "differing_paths",
    "masked_response",
    "overwrite",
    "parse_filter",
    "parse_order",
    "parse_page_token",
    "pick",
    "prefix_bounds",
    "select_page",
    "set_paths",
]
