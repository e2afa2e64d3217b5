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

# What an XDP program returns: enum xdp_action, then what the kernel does not know.
def verdicts: ["aborted", "drop", "pass", "tx", "redirect", "invalid"];

# The run counted at least so many frames of this size, and as many of each verdict as
# the XDP program did.
def has_verdicts($given; $least; $bytes):
  end_record as $end_record
  | ($given | add) as $sum
  | $sum >= $least
  and $end_record.complete and $end_record.missed == 0
  and $end_record.total == { packets: $sum, bytes: ($sum * $bytes) }
  and [verdicts[] as $name | $end_record.verdicts[$name].packets // 0] == $given;

# Each source 10.0.0.N of the end record has the verdict that xdp_sort gives it.
def has_sorted:
  end_record.sources
  | all((.source | split(".")[3] | tonumber) as $n
    | .verdict == (verdicts[:5] + ["77"])[(10 * 16777216 + $n) % 6]);
