# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# What binding.pl declares by hand, compared with the stripped header.
use v5.30;
use warnings;

package Header;

my $text = do {
    local $/;
    open my $file, '<', $ENV{CXDIALER_CDEF} or die "$ENV{CXDIALER_CDEF}: $!\n";
    <$file> =~ s/\s+/ /gr;
};

# What a declaration of C asks for, in the letters of binding.pl
sub letter {
    my ($declaration) = @_;
    return 'table' if $declaration =~ /^const (?:@{[join '|', map {"cxd_$_"} keys %Lib::methods]}) \*/;
    return $1 ? 'out' : 's' if $declaration =~ /^const char \*(\*)?\w*$/;
    return {int32_t => 'iout', int64_t => 'lout'}->{$1} if $declaration =~ /^(int32_t|int64_t) \*\w+$/;
    return 'out' if $declaration =~ /\*\*\w+$/;
    return 'p' if $declaration =~ /\*/;
    return {cxd_status => 'i', int32_t => 'i', int64_t => 'l', size_t => 'z', void => 'v'}->{($declaration =~ /^(\w+)/)[0]} // die "what is $declaration?\n";
}

sub letters {
    my ($list) = @_;
    return $list eq 'void' ? () : map { letter(s/^ //r) } split /,/, $list;
}

sub function_faults {
    return grep {
        my ($result, $arguments) = $text =~ /([\w *]+?)\bcxd_$_\(([^;]*)\);/;
        my $wanted = $result && join ' ', letter($result =~ s/^ | $//gr), letters($arguments);
        !$wanted || $wanted ne "@{$Lib::functions{$_}}";
    } sort keys %Lib::functions;
}

sub constant_faults {
    my @names = grep {/^(?:OK|ACCEPTED|E_.*|EVENT_.*|PLANNED|APPLIED|NOT_APPLIED)$/} keys %Lib::;
    return grep {
        my ($number) = $text =~ /\bCXD_(?:OUTCOME_)?$_ = (\w+)/;
        !defined $number || ($number =~ /^0x/ ? hex $number : $number) != Lib->can($_)->();
    } sort @names;
}

my %platypus = (p => 'opaque', out => 'opaque', s => 'opaque', i => 'sint32', l => 'sint64', z => 'size_t', v => 'void');

sub signature {
    my ($result, $arguments) = @_;
    return '(' . join(', ', map { $platypus{$_} } letters($arguments)) . ")->$platypus{letter($result)}";
}

# Names, order and types of the methods; each is a pointer, as the three members before them.
sub table_faults {
    my ($table) = @_;
    my ($body) = $text =~ /struct cxd_$table \{ size_t size; void \*user_data; void \(\*destroy\)\(void \*user_data\); (.*?) \};/ or return $table;
    my @wanted = map { /^ ?(\w+) \(\*(\w+)\)\((.*)\)$/ ? ($2 => signature($1, $3)) : $_ } split /;/, $body;
    my @declared = map {s/string/opaque/r} @{$Lib::methods{$table}};
    my @faults = "@wanted" eq "@declared" ? () : "$table: @declared is not @wanted";
    my $size = $Lib::ffi->sizeof("record(Lib::$table)");
    return $size == 8 * (3 + @wanted / 2) ? @faults : (@faults, "$table has $size bytes");
}

sub faults {
    return (function_faults(), constant_faults(), map { table_faults($_) } sort keys %Lib::methods);
}

1;
