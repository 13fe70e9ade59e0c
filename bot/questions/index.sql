CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE article (
  number INTEGER PRIMARY KEY, id TEXT UNIQUE, digest TEXT, language TEXT, category TEXT, sources TEXT,
  published INTEGER);
CREATE TABLE passage (
  number INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER, is_faq INTEGER, position INTEGER, question TEXT,
  text TEXT, sentences TEXT, title_stems TEXT, question_stems TEXT, stems TEXT);
CREATE INDEX passages_of ON passage (article);
CREATE VIRTUAL TABLE words USING fts5(
  title_stems, question_stems, stems, content = passage, content_rowid = number,
  tokenize = 'unicode61 remove_diacritics 0', detail = full);
CREATE TRIGGER passage_added AFTER INSERT ON passage BEGIN
  INSERT INTO words (rowid, title_stems, question_stems, stems)
  VALUES (new.number, new.title_stems, new.question_stems, new.stems);
END;
CREATE TRIGGER passage_removed AFTER DELETE ON passage BEGIN
  INSERT INTO words (words, rowid, title_stems, question_stems, stems)
  VALUES ('delete', old.number, old.title_stems, old.question_stems, old.stems);
  DELETE FROM meaning WHERE passage = old.number;
  DELETE FROM gist WHERE passage = old.number;
END;
CREATE TABLE frequency (stem TEXT PRIMARY KEY, passages INTEGER) WITHOUT ROWID;
CREATE TABLE meaning (passage INTEGER PRIMARY KEY, counts BLOB, wholes BLOB, parts BLOB);
CREATE TABLE gist (number INTEGER PRIMARY KEY AUTOINCREMENT, passage INTEGER UNIQUE, is_faq INTEGER, vector BLOB);
CREATE INDEX gists_of ON gist (is_faq, number);
