"""The parts of a published service's protos that are the same for every resource but for names.

Placeholders: `$One`/`$Many` message names, `$one`/`$many` field names, `$package`, `$domain`, `$directory`, `$stem`,
and whole lines that depend on the name patterns.
"""

from __future__ import annotations

from string import Template

HEADER = Template("""\
syntax = "proto3";

package $package;

$imports

option go_package = "example/$directory;${go_package}";
option java_multiple_files = true;
option java_outer_classname = "${java_class}Proto";
option java_package = "example.$package.pb";
""")

CHANGE = Template("""
// A change of one $One, as watch streams carry it. Which of the members is set
// says what happened.
message ${One}Change {
  // The change itself.
  oneof change_type {
    // A $One came into the watched set: it was created, or it matches the
    // filter now and did not before.
    Added added = 1;

    // A $One that is in the watched set has other contents now.
    Modified modified = 2;

    // The state of a $One at this moment, whatever it was before. Stateless
    // watches use it for both creations and updates.
    Current current = 4;

    // A $One left the watched set: it was deleted, or it no longer matches
    // the filter.
    Removed removed = 3;
  }

  // Says that a $One came into the watched set.
  message Added {
    // The new $One, reduced to the fields that the watch asked for.
    $One $one = 1;

    // Its place in the ordered page. Counted from zero, and meaningful in
    // stateful watches only.
    int32 view_index = 2;
  }

  // Says that a $One of the watched set was updated.
  message Modified {
    // Name of the $One that was updated.
    string name = 1;

    // The $One after the update, reduced to the fields that the watch asked
    // for.
    $One $one = 2;

    // Paths of the fields that differ from the state that was sent before.
    // Clients that keep a copy merge along this mask.
    google.protobuf.FieldMask field_mask = 3;

    // Place in the ordered page before the update.
    int32 previous_view_index = 4;

    // Place in the ordered page after the update.
    int32 view_index = 5;
  }

  // Says what a $One looks like at this moment.
  message Current {
    // The $One, reduced to the fields that the watch asked for.
    $One $one = 1;
  }

  // Says that a $One left the watched set.
  message Removed {
    // Name of the $One that left.
    string name = 1;

    // Place in the ordered page that it had. Meaningful in stateful watches
    // only.
    int32 view_index = 2;
  }
}
""")

REQUESTS = Template("""
// Asks for one $One by its name.
message Get${One}Request {
  // Name of the $One, in the form of one of its patterns.
  string name = 1;

  // Paths of further fields that the answer shall carry, in addition to those
  // that the view contains.
  google.protobuf.FieldMask field_mask = 3;

  // Names the set of fields that the answer carries. The field_mask can only
  // add to it.
  goten.types.View view = 4;
}

// Asks for several $Many by their names, in one round trip.
message BatchGet${Many}Request {
  // Names of the $Many, in any order. A name that occurs twice is answered
  // once.
  repeated string names = 2;

  // Paths of further fields that each item shall carry, in addition to those
  // that the view contains.
  google.protobuf.FieldMask field_mask = 3;

  // Names the set of fields that each item carries. The field_mask can only
  // add to it.
  goten.types.View view = 4;

  reserved 1;
}

// Answers BatchGet${Many}.
message BatchGet${Many}Response {
  // The $Many that exist, in the order in which they were asked for.
  repeated $One $many = 1;

  // Names of those that do not exist or that the caller may not see.
  repeated string missing = 2;
}

// Asks for one page of $Many.
message List${Many}Request {
$list_parent  // How many $Many the page may hold at most. The server may return fewer,
  // and chooses a size itself where this is left at zero.
  int32 page_size = 2;

  // Where the page begins: a token of an earlier answer. Left empty, the first
  // page is returned. All other fields must be those of the earlier request.
  string page_token = 3;

  // Field paths that the $Many are sorted by, separated by commas; each may be
  // followed by asc or desc, and ascends where neither is given. Ties are
  // always broken by name.
  string order_by = 4;

  // Condition that each of the $Many must meet, such as
  // 'display_name = "a" AND metadata.labels CONTAINS "tier:gold"'. Comparisons,
  // IN, IS NULL, LIKE and CONTAINS can be combined with AND, OR and NOT.
  string filter = 5;

  // Paths of further fields that each item shall carry, in addition to those
  // that the view contains.
  google.protobuf.FieldMask field_mask = 6;

  // Names the set of fields that each item carries. The field_mask can only
  // add to it.
  goten.types.View view = 7;

  // Whether the answer shall count: without it, current_offset and
  // total_results_count stay at zero, which is cheaper.
  bool include_paging_info = 8;
}

// Answers List${Many}.
message List${Many}Response {
  // The $Many of this page, in the order that was asked for.
  repeated $One $many = 1;

  // Token of the page before this one. Empty on the first page.
  //
  // It goes into List${Many}Request.page_token.
  string prev_page_token = 3;

  // Token of the page after this one. Empty on the last page.
  //
  // It goes into List${Many}Request.page_token.
  string next_page_token = 4;

  // How many $Many stand before this page. Zero where no count was asked for,
  // or where counting failed.
  int32 current_offset = 5;

  // How many $Many meet the filter on all pages together. Zero where no count
  // was asked for, or where counting failed.
  int32 total_results_count = 6;
}

// Opens a stream of the changes of one $One.
message Watch${One}Request {
  // Name of the $One, in the form of one of its patterns.
  string name = 1;

  // Paths of further fields that each change shall carry. A change that
  // touches none of the fields asked for is not sent.
  google.protobuf.FieldMask field_mask = 2;

  // Names the set of fields that each change carries. The field_mask can only
  // add to it.
  goten.types.View view = 4;
}

// One message of the stream that Watch${One} opens.
message Watch${One}Response {
  // What happened to the $One. The first message carries its current state.
  ${One}Change change = 1;
}

// Opens a stream of the changes of many $Many.
message Watch${Many}Request {
  // Which protocol the stream follows. It decides which of the other fields
  // may be set, and which fields of the responses mean anything.
  goten.types.WatchType type = 9;

$watch_parent  // How many $Many the watched page holds at most. Stateful watches only.
  int32 page_size = 2;

  // Where the watched page begins. Stateful watches only.
  string page_token = 3;

  // Field paths that the watched page is sorted by, as in List${Many}.
  // Stateful watches only.
  string order_by = 4;

  // Token of an earlier stream: the new one continues where that one ended,
  // and sends no snapshot. Stateless watches only.
  string resume_token = 10;

  // Point in time to begin at, for clients that hold a state of that time but
  // no token yet. No snapshot is sent then; the responses carry tokens from
  // there on. Stateless watches only.
  google.protobuf.Timestamp starting_time = 12;

  // Condition that each of the $Many must meet, in the language of
  // List${Many}Request.filter. One that begins to meet it is reported as added,
  // one that ceases to as removed.
  string filter = 5;

  // Paths of further fields that each change shall carry. A change of a $One
  // that touches none of the fields asked for is not sent.
  google.protobuf.FieldMask field_mask = 6;

  // Names the set of fields that each change carries. The field_mask can only
  // add to it.
  goten.types.View view = 8;

  // How many changes one message may hold at most. A larger set is cut into
  // several messages, and only the last of them has is_current set. The server
  // chooses a size itself where this is left at zero.
  int32 max_chunk_size = 11;
}

// One message of the stream that Watch${Many} opens.
message Watch${Many}Response {
  // The changes, oldest first.
  repeated ${One}Change ${one}_changes = 2;

  // Whether the client is up to date after this message. Until it is set, the
  // changes of this message belong together with those of the messages before,
  // and must be applied at once. The first message that has it set completes
  // the snapshot; later ones complete one increment each.
  bool is_current = 4;

  // New tokens of the neighbouring pages, where the page moved. Only set
  // together with is_current, and in stateful watches only.
  PageTokenChange page_token_change = 3;

  // Token by which a later stream can continue after this message. Only set
  // together with is_current, and in stateless watches only.
  string resume_token = 5;

  // How many $Many the client must hold by now, for it to check. A client that
  // holds another number has missed something and must open a new stream. A
  // value below zero means that there is nothing to check. It never comes
  // together with one of the flags.
  int64 snapshot_size = 6;

  // The client must forget the changes that came since the last is_current.
  // What it held then, and the token that it had then, stay valid. It never
  // comes together with another flag.
  bool is_soft_reset = 7;

  // The client must forget everything, tokens included: a new snapshot
  // follows, in which every one of the $Many is of kind current. It never comes
  // together with another flag.
  bool is_hard_reset = 8;

  // Tokens of the pages next to the watched one.
  message PageTokenChange {
    // Token of the page before. Empty if there is none.
    string prev_page_token = 1;

    // Token of the page after. Empty if there is none.
    string next_page_token = 2;
  }
}

// Creates a $One.
message Create${One}Request {
$create_parent  // The $One to create. Where its name is left empty, the server chooses
  // one.
  $One $one = 2;

  // What the answer shall carry. Left unset, it carries the whole $One.
  ResponseMask response_mask = 3;

  // Reduces what the answer carries.
  message ResponseMask {
    // The ways to reduce it, of which one can be chosen.
    oneof masking {
      // The answer is an empty $One.
      bool skip_entire_response_body = 1;

      // The answer has these fields only.
      google.protobuf.FieldMask body_mask = 2;
    }
  }
}

// Updates a $One.
message Update${One}Request {
  // The $One with its new contents. Its name says which one is updated.
  $One $one = 2;

  // Paths of the fields to update; others stay as they are. Left unset, every
  // field that has a value is updated.
  google.protobuf.FieldMask update_mask = 3;

  // State that the $One must be in for the update to happen. If it is in
  // another one, nothing is changed and the call ends with ABORTED.
  CAS cas = 4;

  // Whether a $One that does not exist shall be created. The update_mask has
  // no effect then.
  bool allow_missing = 5;

  // What the answer shall carry. Left unset, it carries the whole $One.
  ResponseMask response_mask = 6;

  // Compare and swap: ties an update to the state that the caller has seen.
  message CAS {
    // The $One as the caller has seen it.
    $One conditional_state = 1;

    // Paths of the fields that are compared.
    google.protobuf.FieldMask field_mask = 2;
  }

  // Reduces what the answer carries.
  message ResponseMask {
    // The ways to reduce it, of which one can be chosen.
    oneof masking {
      // The answer is an empty $One.
      bool skip_entire_response_body = 1;

      // The answer has the name, and those fields that the update has changed,
      // computed ones included.
      bool updated_fields_only = 2;

      // The answer has these fields only.
      google.protobuf.FieldMask body_mask = 3;
    }
  }
}

// Deletes a $One.
message Delete${One}Request {
  // Name of the $One, in the form of one of its patterns.
  string name = 1;

  // Whether the call shall succeed if there is no such $One.
  bool allow_missing = 2;
}
""")

PARENT_FIELD = Template("""\
  // Name of the parent $whose. A dash in place of an id stands for
  // all of them.
  string parent = 1;

""")

SERVICE = Template("""
// Reads, watches and changes $Many of $domain.
service ${One}Service {
  option (google.api.default_host) = "$domain";
  option (google.api.oauth_scopes) = "https://apis.$domain";

$rpcs}
""")

CUSTOM = Template("""
// Asks for a $One to be ${verb}d.
message ${Verb}${One}Request {
  // Name of the $One, in the form of one of its patterns.
  string name = 1;

  // Why this is done. It ends up in the audit log, word for word.
  string reason = 2;

  // Whether the request is only checked, and nothing is changed.
  bool validate_only = 3;

  // When it shall happen. Left unset, it happens at once.
  google.protobuf.Timestamp not_before = 4;

  // Settings of this one call.
  Options options = 5;

  // How the server goes about it.
  message Options {
    // How many steps it may take at the same time.
    int32 parallelism = 1;

    // Labels that select the steps which are taken. All of them are where this
    // is left empty.
    map<string, string> step_selector = 2;

    // Whether steps that fail are skipped rather than ending the call.
    bool keep_going = 3;
  }
}

// Answers ${Verb}${One}.
message ${Verb}${One}Response {
  // The $One as it is afterwards.
  $One $one = 1;

  // What was done, in order.
  repeated Step steps = 2;

  // One step of the work.
  message Step {
    // What the step is called.
    string title = 1;

    // When it was taken.
    google.protobuf.Timestamp time = 2;

    // How it ended; empty where it went well.
    string error = 3;
  }
}

// Asks how many $Many there are, by some of their fields.
message Count${Many}Request {
$create_parent  // Condition that each counted $One must meet.
  string filter = 2;

  // Paths of the fields by whose values the counts are split.
  google.protobuf.FieldMask group_by = 3;
}

// Answers Count${Many}.
message Count${Many}Response {
  // How many there are in all.
  int64 total = 1;

  // How many there are for each combination of values, joined by slashes.
  map<string, int64> groups = 2;
}
""")

COMMON = Template("""
// Somebody who did something, as resources of $domain record it.
message Actor {
  // Who it was.
  oneof actor {
    // Address of a person.
    string email = 1;

    // Name of a service account.
    string service_account = 2;

    // The system itself acted.
    bool system = 3;
  }
}

// A span of time; either end may be open.
message Period {
  // When it begins, inclusive.
  google.protobuf.Timestamp from = 1;

  // When it ends, exclusive.
  google.protobuf.Timestamp to = 2;
}

// How grave something is.
enum Severity {
  // Nobody has said.
  SEVERITY_UNSPECIFIED = 0;

  // For information only.
  SEVERITY_INFO = 1;

  // Somebody should look at it.
  SEVERITY_WARNING = 2;

  // Somebody must look at it now.
  SEVERITY_CRITICAL = 3;
}

// Something that was noticed about a resource.
message Condition {
  // What it is called. One resource has each kind at most once.
  string kind = 1;

  // How grave it is.
  Severity severity = 2;

  // When it was noticed, and when it went away.
  Period period = 3;

  // Who noticed it.
  Actor reporter = 4;

  // Words for people.
  string message = 5;
}
""")
