#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes SQLite smaller for the browser, and its cipher quicker: small_sqlite.py FROM TO

Copies sqlite3.c and takes out the places where it reaches for what the device's SQL never asks of it: other ciphers' registration,
window functions, renaming, full-text ranking and other tokenizers. The compiler then drops what nothing reaches. SQL that asks for
one of these gets an error. SQLITE_OMIT_… can't do this, because the parser in the file was made with everything in it.
"""
import sys
from pathlib import Path

LEFT_OUT = 'sqlite3ErrorMsg(pParse, "left out of the device\'s SQLite")'

# What stands there exactly once, and what takes its place.
EDITS = [
    # AEGIS can't be switched off, for Argon2 is compiled with it.
    ("    aegis_init();\n    rc = sqlite3mcRegisterCipher(&mcAegisDescriptor, mcAegisParams, (CODEC_TYPE_AEGIS == CODEC_TYPE));\n", ""),
    # Window functions.
    ("  sqlite3WindowFunctions();\n", ""),
    ("  if( sqlite3WindowRewrite(pParse, p) ){\n", f"  if( p->pWin ){{\n    {LEFT_OUT};\n"),
    ("      sqlite3WindowCodeInit(pParse, p);\n", ""),
    ("      sqlite3WindowCodeStep(pParse, p, pWInfo, regGosub, addrGosub);\n", ""),
    # Full text: ranking and excerpts, the table of words, all tokenizers but ascii.
    ("    if( rc==SQLITE_OK ) rc = sqlite3Fts5AuxInit(&pGlobal->api);\n", ""),
    ("    if( rc==SQLITE_OK ) rc = sqlite3Fts5VocabInit(pGlobal, db);\n", ""),
    ('    { "unicode61", {fts5UnicodeCreate, fts5UnicodeDelete, fts5UnicodeTokenize}},\n', ""),
    ('    { "trigram",   {fts5TriCreate, fts5TriDelete, fts5TriTokenize}},\n', ""),
    ("""  if( rc==SQLITE_OK ){
    fts5_tokenizer_v2 sPorter = {
      2,
      fts5PorterCreate,
      fts5PorterDelete,
      fts5PorterTokenize
    };
    rc = pApi->xCreateTokenizer_v2(pApi,
        "porter",
        (void*)pApi,
        &sPorter,
        0
    );
  }
""", ""),
    # Renaming, and constraints that are added or dropped. ALTER TABLE adds and drops columns as before.
    ("    INTERNAL_FUNCTION(sqlite_rename_column,  9, renameColumnFunc),\n", ""),
    ("    INTERNAL_FUNCTION(sqlite_rename_table,   7, renameTableFunc),\n", ""),
    ("""    INTERNAL_FUNCTION(sqlite_drop_constraint,2, dropConstraintFunc),
    INTERNAL_FUNCTION(sqlite_fail,           2, failConstraintFunc),
    INTERNAL_FUNCTION(sqlite_add_constraint, 3, addConstraintFunc),
    INTERNAL_FUNCTION(sqlite_find_constraint,2, findConstraintFunc),
""", ""),
    ("  sqlite3AlterRenameTable(pParse,yymsp[-3].minor.yy203,&yymsp[0].minor.yy0);\n", f"  {LEFT_OUT};\n"),
    ("  sqlite3AlterRenameColumn(pParse, yymsp[-5].minor.yy203, &yymsp[-2].minor.yy0, &yymsp[0].minor.yy0);\n", f"  {LEFT_OUT};\n"),
    # Full text: functions that are told about a match.
    ("    /* xFindFunction */ fts5FindFunctionMethod,\n", "    0,\n"),
    ("        fts5ApiInvoke(pCsr->pRank, pCsr, pCtx, pCsr->nRankArg, pCsr->apRankArg);\n", ""),
    # The time as text, which asks the C library for its calendar.
    ("""    STR_FUNCTION(current_time,      0, "%H:%M:%S",          0, currentTimeFunc),
    STR_FUNCTION(current_date,      0, "%Y-%m-%d",          0, currentTimeFunc),
    STR_FUNCTION(current_timestamp, 0, "%Y-%m-%d %H:%M:%S", 0, currentTimeFunc),
""", ""),
    # The cipher takes four blocks at a time as long as there are more (third_party/sqlite3mc/satchel_chacha20_four.h).
    ("""  while (n > 64)
  {
    for (i = 0; i < 16; ++i)
    {
      block.words[i] = state[i];
    }
""", """  for (; n > 256; n -= 256, buf += 256, state[12] += 4) satchel_chacha20_four(buf, state);
  while (n > 64)
  {
    for (i = 0; i < 16; ++i)
    {
      block.words[i] = state[i];
    }
"""),
    # Recursion in WITH.
    ("    generateWithRecursiveQuery(pParse, p, &dest);\n", f"    {LEFT_OUT};\n"),
]


def smaller(text):
    for old, new in EDITS:
        if text.count(old) != 1:
            raise ValueError(f"stands there {text.count(old)} times instead of once: {old}")
        text = text.replace(old, new)
    return text


def main(source, target):
    target.mkdir(parents=True, exist_ok=True)
    (target / "sqlite3.c").write_text(smaller((source / "sqlite3.c").read_text()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
