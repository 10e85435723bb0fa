#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# make_country_mmdb.pl GEOIP GEOIP6 OUT.mmdb
#
# Makes a country database in MaxMind's format from the tables that Debian's tor-geoipdb carries
# (IPFire's data, CC BY-SA 4.0: the licence note is written beside OUT). The same input makes the
# same bytes: the date is that of the data, not of the build.
use strict;
use warnings;

use Time::Local qw(timegm);
use MaxMind::DB::Writer::Tree;

my ($geoip, $geoip6, $out) = @ARGV;
die "usage: make_country_mmdb.pl GEOIP GEOIP6 OUT.mmdb\n" unless defined $out && @ARGV == 3;

my %months = do { my $i = 0; map { $_ => $i++ } qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec) };

# "# Generated: Thu, 25 Jun 2026 04:33:59 GMT" -> seconds since the epoch
sub generated {
    my ($line) = @_;
    return unless $line =~ /^#\s*Generated:\s+\w+,\s+(\d+)\s+(\w{3})\s+(\d{4})\s+(\d+):(\d+):(\d+)/;
    return timegm($6, $5, $4, $1, $months{$2}, $3);
}

sub dotted { join '.', unpack 'C4', pack 'N', $_[0] }

my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version               => 6,
    record_size              => 24,
    database_type            => 'dancecard-country',
    languages                => ['en'],
    description              => { en => 'Countries by address: IPFire Location database by way of tor-geoipdb, CC BY-SA 4.0' },
    alias_ipv6_to_ipv4       => 0,
    remove_reserved_networks => 0,
    map_key_type_callback    => sub { $_[0] =~ /^(?:country)$/ ? 'map' : 'utf8_string' },
);

my ($epoch, $rows) = (0, 0);
for my $table ([$geoip, sub { "::" . dotted($_[0]) }], [$geoip6, sub { $_[0] }]) {
    my ($path, $address) = @$table;
    open my $in, '<', $path or die "$path: $!\n";
    while (my $line = <$in>) {
        chomp $line;
        if ($line =~ /^#/) {
            my $time = generated($line);
            $epoch = $time if defined $time && $time > $epoch;
            next;
        }
        my ($first, $last, $country) = split /,/, $line;
        next unless defined $country && $country =~ /^[A-Z]{2}$/;    # "??" is nobody
        $tree->insert_range($address->($first), $address->($last), { country => { iso_code => $country } });
        $rows++;
    }
    close $in;
}
die "$geoip, $geoip6: no rows\n" unless $rows;
$tree->_set_build_epoch($epoch);

open my $file, '>:raw', "$out.new" or die "$out.new: $!\n";
$tree->write_tree($file);
close $file or die "$out.new: $!\n";

(my $note = $out) =~ s/\.mmdb$/.LICENSE/;
open my $licence, '>', $note or die "$note: $!\n";
print $licence <<'NOTE';
dancecard-country.mmdb was made from the IPFire Location database
(https://location.ipfire.org/), as the Debian package tor-geoipdb carries it.
The data is under the Creative Commons Attribution-ShareAlike 4.0 International
licence (CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/), and so
is this database. Changed: ranges of unknown country were left out, and the
tables were written in the MaxMind DB format.
NOTE
close $licence or die "$note: $!\n";
rename "$out.new", $out or die "$out: $!\n";
