#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# make_asn_mmdb.pl NETWORKS.csv OUT.mmdb [YYYY-MM-DD | FEED.csv]
#
# Makes an ASN database in MaxMind's format from the networks of our feed. Columns are found by the
# names in the first line: prefix, asn, and holder (or name). Rows without a prefix or a number are
# left out. The same input makes the same bytes: the date is the one given, or that of the line
# "# version: YYYY-MM-DD" in FEED.csv or in NETWORKS.csv, and never that of the build.
use strict;
use warnings;

use Time::Local qw(timegm);
use MaxMind::DB::Writer::Tree;

my ($csv, $out, $dated) = @ARGV;
die "usage: make_asn_mmdb.pl NETWORKS.csv OUT.mmdb [YYYY-MM-DD | FEED.csv]\n" unless defined $out && @ARGV <= 3;

# "2026-11-23", or a file that says so -> seconds since the epoch
sub epoch_of {
    my ($source) = @_;
    if ($source !~ /^\d{4}-\d\d-\d\d$/) {
        my $path = $source;
        open my $in, '<', $path or die "$path: $!\n";
        my ($line) = grep { /^#\s*version:/ } <$in>;
        ($source) = ($line || '') =~ /(\d{4}-\d\d-\d\d)/ or die "$path has no line \"# version: YYYY-MM-DD\"\n";
    }
    my ($year, $month, $day) = split /-/, $source;
    return timegm(0, 0, 0, $day, $month - 1, $year);
}

# One line of RFC 4180, without line breaks in fields.
sub fields {
    my ($line) = @_;
    my @fields;
    while ($line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/g) {
        my ($quoted, $plain, $end) = ($1, $2, $3);
        $quoted =~ s/""/"/g if defined $quoted;
        push @fields, defined $quoted ? $quoted : $plain;
        last if $end eq '';
    }
    return @fields;
}

my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version               => 6,
    record_size              => 24,
    database_type            => 'dancecard-bytedance-asn',
    languages                => ['en'],
    description              => { en => "ByteDance's own networks, from dancecard's feed" },
    alias_ipv6_to_ipv4       => 0,
    remove_reserved_networks => 0,
    map_key_type_callback    =>
        sub { $_[0] eq 'autonomous_system_number' ? 'uint32' : 'utf8_string' },
);

open my $in, '<:encoding(UTF-8)', $csv or die "$csv: $!\n";
my (%at, @networks);
while (my $line = <$in>) {
    $line =~ s/\r?\n$//;
    next if $line =~ /^\s*(?:#|$)/;
    my @row = fields($line);
    if (!%at) {
        @at{ map { lc } @row } = (0 .. $#row);
        $at{holder} = $at{name} unless exists $at{holder};
        die "$csv:$.: no column named prefix, asn or holder\n"
            if grep { !defined $at{$_} } qw(prefix asn holder);
        next;
    }
    my ($prefix, $asn, $holder) = map { defined $_ ? $_ : '' } @row[ @at{qw(prefix asn holder)} ];
    $asn =~ s/^AS//i;
    next unless $prefix =~ m{/\d+$} && $asn =~ /^[1-9]\d*$/ && $asn <= 4294967295;
    $prefix = "::$1/" . ($2 + 96) if $prefix =~ m{^([\d.]+)/(\d+)$};
    push @networks, [ $prefix, { autonomous_system_number => $asn + 0,
        ($holder ne '' ? (autonomous_system_organization => $holder) : ()) } ];
}
die "$csv: no usable row\n" unless @networks;

# What is put in later covers what was there: wide networks first, so that the narrow ones stand.
sub width { $_[0][0] =~ m{/(\d+)$}; $1 }
$tree->insert_network(@$_) for sort { width($a) <=> width($b) || $a->[0] cmp $b->[0] } @networks;
$tree->_set_build_epoch(epoch_of(defined $dated ? $dated : $csv));

open my $file, '>:raw', "$out.new" or die "$out.new: $!\n";
$tree->write_tree($file);
close $file or die "$out.new: $!\n";
rename "$out.new", $out or die "$out: $!\n";
