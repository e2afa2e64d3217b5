# Assertions on the records of one run, given as an array.
def ticks: map(select(.type == "tick"));
def whole: map(select(.type == "end")) | first;
def sum(counts): map(counts) | add;

# The ticks are numbered from 1 and complete, and sum to the end record.
def sums_to_end:
  whole as $whole
  | ticks
  | length == $whole.ticks
  and map(.seq) == [range(1; length + 1)]
  and all(.complete)
  and $whole.complete
  and sum(.total.packets) == $whole.total.packets
  and sum(.total.bytes) == $whole.total.bytes;

# The run counted exactly one source and nothing else.
def has_only($ip; $packets; $bytes):
  whole
  | .sources == [{ $ip, $packets, $bytes }]
  and .total == { $packets, $bytes };

# Converts a record's time to seconds since 1970, with its fraction.
def seconds: (.[0:19] + "Z" | fromdateiso8601) + ("0" + .[19:-1] | tonumber);
