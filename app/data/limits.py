"""What an import accepts at most. The numbers appear in the sentences that refuse."""

from __future__ import annotations

FILE_BYTES = 10_000_000_000
FIELD_BYTES = 1_000_000
LINE_BYTES = 16_000_000
COLUMNS = 5_000
INFLATION = 100
INFLATION_FROM_BYTES = 20_000_000
BLOCK_BYTES = 8 << 20
SAMPLE_BYTES = 256 << 10
INSPECT_BYTES = 24_000_000
ROW_GROUP = 32_000
LISTED = 1_000
RAW_BYTES = 300
