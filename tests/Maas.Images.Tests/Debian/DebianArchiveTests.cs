using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Judges;
using Org.BouncyCastle.Bcpg;

namespace Maas.Images.Tests.Debian;

public sealed class DebianArchiveTests : IAsyncDisposable
{
    private readonly SyntheticMirror _mirror = new();
    private readonly byte[] _deb = SyntheticDeb.Make(
        "tool", "1.0", ("./usr/bin/tool", [.. Enumerable.Range(0, 4000).Select(i => (byte)(i * i / 7))]));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _mirror.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_signed_archives_newest_package_is_found_fetched_and_kept(bool armoredKeyring)
    {
        _mirror.Add("tool", "0.9", SyntheticDeb.Make("tool", "0.9"));
        _mirror.Add("tool", "1.0", _deb, "Depends: libc6 (>= 2), a | b\nProvides: virtual-tool (= 1)\n");
        _mirror.Add("tool", "1.0~rc1", SyntheticDeb.Make("tool", "1.0~rc1"));
        _mirror.Publish();
        using var archive = await _mirror.OpenAsync(armoredKeyring);

        var package = await archive.FindAsync("tool", Cancellation);

        package!.Version.ToString().Should().Be("1.0");
        package.Depends.Should().BeEquivalentTo((string[][])[["libc6"], ["a", "b"]]);
        (await archive.FindAsync("virtual-tool", Cancellation)).Should().BeEquivalentTo(package);
        (await archive.FindAsync("absent", Cancellation)).Should().BeNull();
        (await BytesAsync(archive, package)).Should().Equal(_deb);
        (await BytesAsync(archive, package)).Should().Equal(_deb);
        _mirror.Requests.Where(request => request.EndsWith(".deb", StringComparison.Ordinal))
            .Should()
            .ContainSingle("the second time it was in the cache");
    }

    [Fact]
    public async Task A_text_changed_after_signing_is_not_trusted() =>
        await RefusedAsync(
            "does not fit the text",
            () => _mirror.Publish(edit: text => text.Replace("Origin: Test", "Origin: Evil", StringComparison.Ordinal)));

    [Fact]
    public async Task A_signature_by_a_key_outside_the_ring_is_not_trusted() =>
        await RefusedAsync("no key of the keyring", () => _mirror.Publish(signer: new SigningKey()));

    [Fact]
    public async Task Text_around_the_signed_part_is_not_trusted()
    {
        await RefusedAsync("something follows", () => _mirror.Publish(edit: text => text + "Suite: other\n"));
        await RefusedAsync("not clear-signed", () => _mirror.Publish(edit: text => "Suite: other\n" + text));
        await RefusedAsync(
            "header other than Hash",
            () => _mirror.Publish(edit: text => text.Replace("Hash: SHA256\n", "Hash: SHA256\nSuite: other\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_unsigned_file_is_not_trusted() =>
        await RefusedAsync("not clear-signed", () => _mirror.Publish(edit: _ => "Suite: test\n"));

    [Fact]
    public async Task A_weak_hash_is_not_trusted()
    {
        var message = _mirror.Key.Sign("Suite: test\n", _mirror.Time.GetUtcNow(), HashAlgorithmTag.Sha1);
        var keyring = OpenPgpKeyring.Read(new MemoryStream(_mirror.Key.Keyring(armored: false)));
        keyring.Invoking(it => it.Verify(message, "InRelease", _mirror.Time.GetUtcNow()))
            .Should()
            .Throw<UntrustedArchiveException>()
            .WithMessage("*weak hash Sha1*");
        await Task.CompletedTask;
    }

    [Fact]
    public async Task An_expired_archive_is_not_trusted() =>
        await RefusedAsync("was valid until", () => _mirror.Publish(more: "Valid-Until: Wed, 01 May 2030 00:00:00 UTC\n"));

    [Fact]
    public async Task An_archive_that_shows_an_older_state_than_was_seen_is_not_trusted_also_after_a_restart()
    {
        _mirror.Add("tool", "1.0", _deb);
        _mirror.Publish();
        using (var archive = await _mirror.OpenAsync()) (await archive.FindAsync("tool", Cancellation)).Should().NotBeNull();
        _mirror.Time.Advance(TimeSpan.FromDays(1));
        _mirror.Publish();
        using (var archive = await _mirror.OpenAsync()) (await archive.FindAsync("tool", Cancellation)).Should().NotBeNull();

        // Yesterday's, with yesterday's good signature.
        _mirror.Time.AdjustTime(_mirror.Time.GetUtcNow() - TimeSpan.FromDays(1));
        _mirror.Publish();
        _mirror.Time.AdjustTime(_mirror.Time.GetUtcNow() + TimeSpan.FromDays(1));
        using var again = await _mirror.OpenAsync();
        await again.Invoking(it => it.FindAsync("tool", Cancellation).AsTask())
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage("*rolled back*");
    }

    [Fact]
    public void A_key_that_has_expired_signs_nothing_more_whatever_date_its_signature_bears_but_for_archived_content()
    {
        var key = new SigningKey(TimeSpan.FromDays(365));
        var keyring = OpenPgpKeyring.Read(new MemoryStream(key.Keyring(armored: false)));
        var (within, now) = (new DateTimeOffset(2020, 6, 1, 0, 0, 0, TimeSpan.Zero), _mirror.Time.GetUtcNow());
        var dated = key.Sign("Suite: test\n", within);
        keyring.Verify(dated, "InRelease", within.AddDays(1)).Should().Contain("Suite: test");
        keyring.Invoking(it => it.Verify(dated, "InRelease", now))
            .Should()
            .Throw<UntrustedArchiveException>()
            .WithMessage("*it has expired*");
        keyring.ForArchivedContent().Verify(dated, "InRelease", now).Should().Contain("Suite: test");
        keyring.ForArchivedContent().Invoking(it => it.Verify(key.Sign("Suite: test\n", within.AddYears(2)), "InRelease", now))
            .Should().Throw<UntrustedArchiveException>().WithMessage("*had expired when it signed*");
    }

    [Fact]
    public async Task An_archive_from_the_future_is_not_trusted() =>
        await RefusedAsync("in the future", () =>
        {
            _mirror.Publish();
            _mirror.Time.AdjustTime(_mirror.Time.GetUtcNow() - TimeSpan.FromDays(30));
        });

    [Fact]
    public async Task Another_suite_is_not_taken_for_the_one_asked_for()
    {
        _mirror.Publish(edit: null);
        using var archive = await _mirror.OpenAsync(suite: "testing");
        await archive.Invoking(it => it.FindAsync("tool", Cancellation).AsTask())
            .Should()
            .ThrowAsync<HttpRequestException>("this mirror has no such folder");

        await RefusedAsync(
            "not of test",
            () =>
                _mirror.Publish(edit: _ =>
                    _mirror.Key.Sign(
                        "Suite: old\nCodename: older\nDate: Sat, 01 Jun 2030 10:00:00 UTC\nSHA256:\n", _mirror.Time.GetUtcNow())));
    }

    [Fact]
    public async Task A_corrupt_index_is_not_used() =>
        await RefusedAsync("SHA-256 is not the one", () =>
        {
            _mirror.Add("tool", "1.0", _deb);
            _mirror.Publish();
            _mirror.Corrupt("Packages.gz");
        });

    [Fact]
    public async Task A_corrupt_package_is_not_used_and_nothing_of_it_stays()
    {
        var (archive, package) = await PublishedAsync();
        _mirror.Corrupt(".deb");

        await archive.Invoking(it => it.OpenAsync(package, null, Cancellation))
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage("*SHA-256*");

        Directory.GetFiles(Path.Combine(_mirror.Cache, "packages"), "*.deb").Should().BeEmpty();
        archive.Dispose();
    }

    [Fact]
    public async Task A_package_longer_than_it_should_be_is_given_up_at_its_length()
    {
        var (archive, package) = await PublishedAsync();
        _mirror.Oversize = 50 << 20;

        await archive.Invoking(it => it.OpenAsync(package, null, Cancellation))
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage("*longer than*");

        new DirectoryInfo(_mirror.Cache).GetFiles("*", SearchOption.AllDirectories).Sum(file => file.Length).Should().BeLessThan(1 << 20);
        archive.Dispose();
    }

    [Fact]
    public async Task A_broken_transfer_is_taken_up_where_it_broke()
    {
        var (archive, package) = await PublishedAsync();
        var arrived = new Arrival(700);
        _mirror.Cut = (".deb", 700, arrived.Task);

        (await BytesAsync(archive, package, arrived)).Should().Equal(_deb);

        _mirror.Requests.Where(request => request.Contains(".deb", StringComparison.Ordinal))
            .Should()
            .Equal("pool/tool_1.0.deb", "pool/tool_1.0.deb bytes=700-");
        archive.Dispose();
    }

    [Theory]
    [InlineData("InRelease")]
    [InlineData(".deb")]
    public async Task A_mirror_that_takes_a_request_and_says_nothing_is_given_up_and_asked_again(string silentAt)
    {
        _mirror.Silent = (silentAt, 1);
        var (archive, package) = await PublishedAsync();

        (await BytesAsync(archive, package)).Should().Equal(_deb);

        _mirror.Requests.Count(request => request.EndsWith(silentAt, StringComparison.Ordinal)).Should().Be(2);
        archive.Dispose();
    }

    [Fact]
    public async Task A_mirror_that_never_says_anything_is_an_error_that_says_so()
    {
        _mirror.Silent = ("InRelease", int.MaxValue);
        _mirror.Publish();
        using var archive = await _mirror.OpenAsync();

        await archive.Invoking(it => it.FindAsync("tool", Cancellation).AsTask())
            .Should()
            .ThrowAsync<HttpIOException>()
            .WithMessage("*InRelease sent nothing for 60 s*");

        _mirror.Requests.Should().HaveCount(3, "it is asked again twice");
    }

    [Fact]
    public async Task A_part_left_by_an_earlier_run_is_taken_up_and_one_of_another_file_is_thrown_away()
    {
        var (archive, package) = await PublishedAsync();
        var part = Path.Combine(Directory.CreateDirectory(Path.Combine(_mirror.Cache, "packages")).FullName, package.Sha256 + ".deb.part");
        await File.WriteAllBytesAsync(part, _deb[..500], Cancellation);
        (await BytesAsync(archive, package)).Should().Equal(_deb);
        _mirror.Requests.Last().Should().Be("pool/tool_1.0.deb bytes=500-");

        File.Delete(part[..^".part".Length]);
        await File.WriteAllBytesAsync(part, new byte[500], Cancellation);
        (await BytesAsync(archive, package)).Should().Equal(_deb);
        File.Exists(part).Should().BeFalse();
        archive.Dispose();
    }

    [Fact]
    public async Task Damage_in_the_cache_is_found_and_mended()
    {
        var (archive, package) = await PublishedAsync();
        await BytesAsync(archive, package);
        await File.WriteAllBytesAsync(
            Path.Combine(_mirror.Cache, "packages", package.Sha256 + ".deb"), new byte[_deb.Length], Cancellation);

        (await BytesAsync(archive, package)).Should().Equal(_deb);
        archive.Dispose();
    }

    [Fact]
    public async Task A_full_disk_is_an_error_that_says_so_and_leaves_nothing()
    {
        Judge.RequireRoot();
        using var folder = new TemporaryFolder();
        (await Judge.RunAsync("/bin/mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.Path], null, Cancellation)).Approved();
        try
        {
            _mirror.CacheDirectory = folder.Path;
            var noise = new byte[1 << 20];
            new Random(3).NextBytes(noise);
            _mirror.Add("large", "1.0", SyntheticDeb.Make("large", "1.0", ("./usr/large", noise)));
            _mirror.Publish();
            using var archive = await _mirror.OpenAsync();
            var package = await archive.FindAsync("large", Cancellation);

            await archive.Invoking(it => it.OpenAsync(package!, null, Cancellation))
                .Should()
                .ThrowAsync<IOException>()
                .WithMessage("*space*");

            Directory.GetFiles(Path.Combine(folder.Path, "packages")).Should().BeEmpty();
        }
        finally
        {
            await Judge.RunAsync("/bin/umount", [folder.Path]);
        }
    }

    private async Task<(DebianArchive Archive, DebianPackage Package)> PublishedAsync()
    {
        _mirror.Add("tool", "1.0", _deb);
        _mirror.Publish();
        var archive = await _mirror.OpenAsync();
        return (archive, (await archive.FindAsync("tool", Cancellation))!);
    }

    private async Task RefusedAsync(string reason, Action publish)
    {
        publish();
        using var archive = await _mirror.OpenAsync();
        await archive.Invoking(it => it.FindAsync("tool", Cancellation).AsTask())
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage($"*{reason}*");
    }

    private static async Task<byte[]> BytesAsync(DebianArchive archive, DebianPackage package, IProgress<ImportProgress>? progress = null)
    {
        await using var stream = await archive.OpenAsync(package, progress, Cancellation);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }

    private sealed class Arrival(long bytes) : IProgress<ImportProgress>
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _done.Task;

        public void Report(ImportProgress value)
        {
            if (value.Done >= bytes) _done.TrySetResult();
        }
    }
}
