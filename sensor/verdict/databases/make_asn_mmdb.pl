#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# make_asn_mmdb.pl NETWORKS.csv OUT.mmdb [YYYY-MM-DD]
#
# Makes an ASN database in MaxMind's format from the networks of our feed. Columns are found by the
# names in the first line: prefix, asn, and holder (or name). Rows without a prefix or a number are
# left out. The same input makes the same bytes: the date is that given, or the newest one in a
# comment or column of the file, and never that of the build.
use strict;
use warnings;

use Time::Local qw(timegm);
use MaxMind::DB::Writer::Tree;

my ($csv, $out, $date) = @ARGV;
die "usage: make_asn_mmdb.pl NETWORKS.csv OUT.mmdb [YYYY-MM-DD]\n" unless defined $out && @ARGV <= 3;
my $is_given = defined $date;
$date = '1970-01-01' unless $is_given;

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
my (%at, $rows);
while (my $line = <$in>) {
    $line =~ s/\r?\n$//;
    while (!$is_given && $line =~ /\b(20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))\b/g) {
        $date = $1 if $1 gt $date;
    }
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
    $tree->insert_network($prefix, { autonomous_system_number => $asn + 0,
        ($holder ne '' ? (autonomous_system_organization => $holder) : ()) });
    $rows++;
}
die "$csv: no usable row\n" unless $rows;
die "$date: no date\n" unless $date =~ /^(\d{4})-(\d\d)-(\d\d)$/;
$tree->_set_build_epoch(timegm(0, 0, 0, $3, $2 - 1, $1));

open my $file, '>:raw', "$out.new" or die "$out.new: $!\n";
$tree->write_tree($file);
close $file or die "$out.new: $!\n";
rename "$out.new", $out or die "$out: $!\n";
