#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# make_specimens.pl FOLDER
#
# Writes small databases in every layout that sensor/verdict/geo.c reads, and some that lie about
# their types. Addresses are from the documentation ranges; what they say is invented.
use strict;
use warnings;

use MaxMind::DB::Writer::Tree;

my ($folder) = @ARGV;
die "usage: make_specimens.pl FOLDER\n" unless defined $folder;

my %types = (
    autonomous_system_number => 'uint32',
    number                   => 'uint32',
    city                     => 'map',
    names                    => 'map',
    country                  => 'map',
    registered_country       => 'map',
);

# name, type of the database, IP version, types of keys that differ, { network => record }
my @databases = (
    [ 'maxmind-city', 'GeoLite2-City', 6, {}, {
        '::198.51.100.0/120' => { country => { iso_code => 'US' }, city => { names => { en => "Salt Lake City", de => 'Salzsee' } } },
        '::203.0.113.0/120'  => { registered_country => { iso_code => 'AU' } },
        '2001:db8::/32'      => { country => { iso_code => 'DE' }, city => { names => { en => "M\x{fc}nchen" } } },
    } ],
    [ 'maxmind-asn', 'GeoLite2-ASN', 6, {}, {
        '::198.51.100.0/120' => { autonomous_system_number => 13335, autonomous_system_organization => 'CLOUDFLARENET' },
        '::203.0.113.0/120'  => { autonomous_system_number => 64496 },
        '2001:db8::/32'      => { autonomous_system_number => 4200000000, autonomous_system_organization => 'x' x 200 },
    } ],
    [ 'dbip-country', 'DBIP-Country-Lite', 4, {}, { '198.51.100.0/24' => { country => { iso_code => 'fr' } } } ],
    [ 'ipinfo-lite', 'ipinfo lite_free', 6, { country => 'utf8_string' }, {
        '::198.51.100.0/120' => { country => 'United States', country_code => 'US', asn => 'AS20940', as_name => 'Akamai', as_domain => 'akamai.com' },
        '::203.0.113.0/120'  => { country => 'Australia', country_code => 'AU', asn => 'AS64496', as_domain => 'example.net' },
        '2001:db8::/32'      => { country => 'Niger', country_code => 'NE', asn => 'AS99999999999' },
    } ],
    [ 'ipinfo-location', 'ipinfo standard_location', 6, { country => 'utf8_string', city => 'utf8_string' }, {
        '::198.51.100.0/120' => { country => 'US', city => 'Provo' },
    } ],
    [ 'ipinfo-asn', 'ipinfo asn', 4, {}, { '198.51.100.0/24' => { asn => 'AS54113', name => 'Fastly, Inc.', domain => 'fastly.com' } } ],
    [ 'wrong-types', 'GeoLite2-City', 6, { country => 'uint32', city => 'utf8_string', autonomous_system_number => 'utf8_string' }, {
        '::198.51.100.0/120' => { country => 7, city => '', autonomous_system_number => 'not a number', country_code => 'USA', as_name => '' },
        '2001:db8::/32'      => { country_code => '12', asn => 'AS', name => 'x' },
    } ],
);

for my $database (@databases) {
    my ($name, $type, $version, $other, $networks) = @$database;
    my %here = (%types, %$other);
    my $tree = MaxMind::DB::Writer::Tree->new(
        ip_version => $version, record_size => 24, database_type => $type, languages => ['en'],
        description => { en => 'specimen' }, alias_ipv6_to_ipv4 => 0, remove_reserved_networks => 0,
        map_key_type_callback => sub { $here{ $_[0] } || 'utf8_string' },
    );
    $tree->insert_network($_, $networks->{$_}) for sort keys %$networks;
    $tree->_set_build_epoch(1795132800);    # 2026-11-20
    open my $out, '>:raw', "$folder/$name.mmdb" or die "$folder/$name.mmdb: $!\n";
    $tree->write_tree($out);
    close $out or die "$folder/$name.mmdb: $!\n";
}
