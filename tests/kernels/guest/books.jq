# Assertions on the records of one run, given as an array.
def ticks: map(select(.type == "tick"));
def end_record: map(select(.type == "end")) | first;
def sum(counts): map(counts) | add;

# The ticks are numbered from 1 and complete, and sum to the end record.
def sums_to_end:
  end_record as $end_record
  | ticks
  | length == $end_record.ticks
  and map(.seq) == [range(1; length + 1)]
  and all(.complete)
  and $end_record.complete
  and sum(.total.packets) == $end_record.total.packets
  and sum(.total.bytes) == $end_record.total.bytes;

# The run counted exactly one source and nothing else.
def has_only($ip; $packets; $bytes):
  end_record
  | .sources == [{ $ip, $packets, $bytes }]
  and .total == { $packets, $bytes };

# Converts a record's time to seconds since 1970, with its fraction.
def seconds: (.[0:19] + "Z" | fromdateiso8601) + ("0" + .[19:-1] | tonumber);
