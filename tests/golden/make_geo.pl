#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# make_geo.pl OUT.mmdb
#
# The database of the golden runs: what databases of addresses say of the places in pcaps/, by hand
# and with a date of its own, so that a golden event does not hang on what a machine has installed.
use strict;
use warnings;

use MaxMind::DB::Writer::Tree;

my ($path) = @ARGV;
die "usage: make_geo.pl OUT.mmdb\n" unless defined $path && @ARGV == 1;

# network, country, city, AS number, AS name
my @rows = (
    [ '::23.40.100.0/120',     'US', 'Salt Lake City', 20940,  'AKAMAI-ASN1' ],
    [ '2600:1400:100::/48',    'US', 'Salt Lake City', 20940,  'AKAMAI-ASN1' ],
    [ '::71.18.1.0/120',       'US', 'Ashburn',        396986, 'ByteDance Inc.' ],
    [ '2605:340:1::/48',       'US', 'Ashburn',        396986, 'ByteDance Inc.' ],
);

my %types = (autonomous_system_number => 'uint32', map { $_ => 'map' } qw(country city names));
my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version => 6, record_size => 24, database_type => 'dancecard-golden', languages => ['en'],
    description => { en => 'for the golden events of dancecard' }, alias_ipv6_to_ipv4 => 0,
    remove_reserved_networks => 0,
    map_key_type_callback    => sub { $types{ $_[0] } || 'utf8_string' },
);
for my $row (@rows) {
    my ($network, $country, $city, $number, $name) = @$row;
    $tree->insert_network($network, {
        country => { iso_code => $country }, city => { names => { en => $city } },
        autonomous_system_number => $number, autonomous_system_organization => $name,
    });
}
$tree->_set_build_epoch(1795132800);    # 2026-11-20
open my $out, '>:raw', $path or die "$path: $!\n";
$tree->write_tree($out);
close $out or die "$path: $!\n";
