using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Simplestreams;
using Maas.Images.Tests.Debian;

namespace Maas.Images.Tests.Simplestreams;

public sealed class SimplestreamsSourceTests : IAsyncLifetime
{
    private const string Noble = "com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04";
    private readonly byte[] _kernel = RandomNumberGenerator.GetBytes(5_000);
    private readonly byte[] _initrd = RandomNumberGenerator.GetBytes(9_000);
    private readonly byte[] _squashfs = RandomNumberGenerator.GetBytes(700_000);
    private SyntheticStreams _streams = null!; // InitializeAsync

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _streams = await SyntheticStreams.StartAsync();

    public ValueTask DisposeAsync() => _streams.DisposeAsync();

    [Theory]
    [InlineData("streams/v1/index.sjson")]
    [InlineData("streams/v1/index.json")]
    public async Task A_signed_mirrors_newest_images_come_into_the_library(string index)
    {
        Publish("20300501", "20300601");

        var reports = await _streams.RunAsync(_streams.Source(index: index));

        var record = _streams.Library.FindImport("streams")!;
        record.Files.Select(file => file.Name)
            .Should()
            .Equal($"{Noble}/20300601/boot-kernel", $"{Noble}/20300601/boot-initrd", $"{Noble}/20300601/squashfs");
        record.Files[2].Metadata.Should().Contain("ftype", "squashfs").And.Contain("release", "noble").And.Contain(
            "arch", "amd64").And.Contain(
            "label", "stable");
        await using var squashfs = _streams.Library.OpenRead(record.Files[2].Digest)!;
        squashfs.Length.Should().Be(_squashfs.Length);
        reports.Where(report => report.Step == "download").Max(report => report.Done).Should().Be(_squashfs.Length);
        reports.Last().Step.Should().Be("done");
        Directory.EnumerateFiles(Path.Combine(_streams.LibraryPath, "downloads"), "*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task Only_what_changed_is_fetched_and_what_went_is_let_go()
    {
        Publish("20300501");
        await _streams.RunAsync();
        var old = _streams.Library.FindImport("streams")!.Files[1].Digest;
        _streams.Server.Requests.Clear();
        _streams.Time.Advance(TimeSpan.FromDays(1));
        var fresh = RandomNumberGenerator.GetBytes(400);
        Publish([("20300502", [("boot-kernel", _kernel), ("boot-initrd", fresh), ("squashfs", _squashfs)])]);

        var reports = await _streams.RunAsync();

        _streams.Server.Requests.Where(request => request.Contains("amd64", StringComparison.Ordinal))
            .Should()
            .Equal("noble/amd64/20300502/boot-initrd");
        reports.Where(report => report.Step == "keep").Should().HaveCount(2);
        (await _streams.Library.CollectAsync(TimeSpan.Zero, null, Cancel)).Blobs.Should().Be(1);
        _streams.Library.Contains(old).Should().BeFalse();
        _streams.Library.List().Should().HaveCount(3);
    }

    [Fact]
    public async Task A_filter_lets_through_what_it_names()
    {
        var item = (string type) => (type, new byte[] { (byte)type.Length });
        Dictionary<string, JsonObject> products = new()
        {
            ["a"] = SyntheticStreams.Product(
                "noble",
                "amd64",
                "stable",
                ("1", [item("squashfs"), item("boot-kernel")]),
                ("2", [item("squashfs")]),
                ("10", [item("manifest")])),
            ["b"] = SyntheticStreams.Product("noble", "arm64", "stable", ("1", [item("squashfs")])),
            ["c"] = SyntheticStreams.Product("jammy", "amd64", "stable", ("1", [item("squashfs")])),
            ["d"] = SyntheticStreams.Product("noble", "amd64", "candidate", ("1", [item("squashfs")])),
        };
        _streams.Publish(products, [.. from product in products
                                       from path in (string[])["noble", "jammy"]
                                       from arch in (string[])["amd64", "arm64"]
                                       from version in (string[])["1", "2", "10"]
                                       from type in (string[])["squashfs", "boot-kernel", "manifest"]
                                       select ($"{path}/{arch}/{version}/{type}", new[] { (byte)type.Length })]);
        var filter = new SimplestreamsFilter
        {
            Releases = new HashSet<string> { "noble" },
            Architectures = new HashSet<string> { "amd64" },
            Labels = new HashSet<string> { "stable" },
            FileTypes = new HashSet<string> { "squashfs" },
        };

        (await NamesAsync(filter)).Should().Equal("a/2/squashfs");
        (await NamesAsync(filter with { Versions = 5 })).Should().Equal("a/2/squashfs", "a/1/squashfs");
        (await NamesAsync(filter with { FileTypes = null, Labels = null })).Should().Equal("a/10/manifest", "d/1/squashfs");
        await this.Invoking(it => it.NamesAsync(filter with { Releases = new HashSet<string> { "focal" } }))
            .Should()
            .ThrowAsync<FileNotFoundException>();
    }

    [Fact]
    public async Task Another_selection_of_one_mirror_is_kept_beside_the_first_and_each_replaces_its_own()
    {
        PublishReleases("1");
        await ImportAsync("noble");
        await ImportAsync("jammy");

        await _streams.Library.CollectAsync(TimeSpan.Zero, null, Cancel);
        Names().Should().BeEquivalentTo("noble/1/squashfs", "jammy/1/squashfs");
        Kept().Should().Be(2);

        _streams.Time.Advance(TimeSpan.FromDays(1));
        PublishReleases("2");
        await ImportAsync("noble");
        await _streams.Library.CollectAsync(TimeSpan.Zero, null, Cancel);
        Names().Should().BeEquivalentTo("noble/2/squashfs", "jammy/1/squashfs");
        Kept().Should().Be(2, "noble's old file is let go, and jammy's is not");

        await ImportAsync("noble", "jammy"); // both have come under another selection: nothing is kept twice, nothing is lost
        Names().Should().BeEquivalentTo("noble/2/squashfs", "jammy/2/squashfs", "jammy/1/squashfs");
        await _streams.Import().RemoveAsync("streams", Cancel);
        await _streams.Library.CollectAsync(TimeSpan.Zero, null, Cancel);
        Kept().Should().Be(0);

        void PublishReleases(string version) => _streams.Publish(
            ((string[])["noble", "jammy"]).ToDictionary(
                release => release,
                release => SyntheticStreams.Product(release, "amd64", "stable", (version, [("squashfs", Content(release, version))]))),
            [.. ((string[])["noble", "jammy"]).Select(release => ($"{release}/amd64/{version}/squashfs", Content(release, version)))]);

        byte[] Content(string release, string version) => System.Text.Encoding.ASCII.GetBytes($"{release} {version}");

        async Task ImportAsync(params string[] releases) =>
            await _streams.RunAsync(_streams.Source(new() { Releases = releases.ToHashSet() }));

        IEnumerable<string> Names() => _streams.Library.FindImport("streams")!.Files.Select(file => file.Name); // it was imported

        int Kept() => _streams.Library.List().Count();
    }

    [Fact]
    public async Task An_import_whose_connections_break_goes_on()
    {
        Publish("20300601");
        _streams.Server.Cut = ("squashfs", 30_000, 6, null);

        var reports = await _streams.RunAsync(options: SyntheticStreams.Quick(retries: 6));

        reports.Should().Contain(report => report.Step == "retry");
        (await _streams.Library.VerifyAsync(Digest("squashfs"), Cancel)).Should().BeTrue();
    }

    [Fact]
    public async Task A_corrupt_file_is_refused_and_nothing_is_recorded()
    {
        Publish("20300601");
        _streams.Server.Files["noble/amd64/20300601/squashfs"] = RandomNumberGenerator.GetBytes(_squashfs.Length);

        await RefusedAsync("SHA-256 is not the one promised");

        _streams.Library.FindImport("streams").Should().BeNull();
        _streams.Library.List().Should().HaveCount(2, "the kernel and the initrd were right");
    }

    [Fact]
    public async Task A_wrong_signature_is_refused()
    {
        Publish("20300601", signer: new SigningKey());
        await RefusedAsync("no key of the keyring");
        await RefusedAsync("no key of the keyring", _streams.Source(index: "streams/v1/index.json"));

        Publish(
            "20300601",
            edit: text =>
                text.Replace("noble", "evil!", StringComparison.Ordinal).Replace(
                    "image-downloads", "image-downloadz", StringComparison.Ordinal));
        await RefusedAsync("does not fit");
        await RefusedAsync("does not fit", _streams.Source(index: "streams/v1/index.json"));
        _streams.Library.List().Should().BeEmpty();
    }

    [Fact]
    public async Task An_expired_signature_is_refused()
    {
        Publish("20300601", lifetime: TimeSpan.FromDays(30));
        await _streams.RunAsync();

        _streams.Time.Advance(TimeSpan.FromDays(31));

        await RefusedAsync("expired");
    }

    [Fact]
    public async Task A_mirror_that_is_frozen_is_refused_after_its_time()
    {
        Publish("20300601");
        var source = _streams.Source(maximumAge: TimeSpan.FromDays(7));
        await _streams.RunAsync(source);
        _streams.Time.Advance(TimeSpan.FromDays(8));

        await RefusedAsync("stale", source);
    }

    [Fact]
    public async Task Metadata_that_was_rolled_back_is_refused_although_its_signature_is_good()
    {
        var yesterday = _streams.Time.GetUtcNow();
        Publish("20300601");
        _streams.Time.Advance(TimeSpan.FromDays(1));
        Publish("20300602");
        await _streams.RunAsync();

        Publish("20300601", updated: yesterday);
        await RefusedAsync("rolled back: updated");

        Publish("20300601");
        await RefusedAsync("newest version is 20300601, and 20300602 has been seen");
        _streams.Library.FindImport("streams")!.Files[0].Name.Should().Contain("20300602");
    }

    [Fact]
    public async Task Removing_a_source_does_not_make_an_old_state_good_again()
    {
        var yesterday = _streams.Time.GetUtcNow();
        _streams.Time.Advance(TimeSpan.FromDays(1));
        Publish("20300602");
        await _streams.RunAsync();
        await _streams.Import().RemoveAsync("streams", Cancel);
        (await _streams.Library.CollectAsync(TimeSpan.Zero, null, Cancel)).Blobs.Should().Be(3);

        Publish("20300601", updated: yesterday);

        await RefusedAsync("rolled back");
    }

    [Fact]
    public async Task Old_products_under_a_new_index_are_refused()
    {
        Publish("20300601", updated: _streams.Time.GetUtcNow() - TimeSpan.FromDays(1), indexUpdated: _streams.Time.GetUtcNow());
        await RefusedAsync("older");
    }

    [Fact]
    public async Task Metadata_from_the_future_is_refused()
    {
        Publish("20300601", updated: _streams.Time.GetUtcNow() + TimeSpan.FromDays(3));
        await RefusedAsync("in the future");
    }

    [Fact]
    public async Task Oversized_metadata_is_refused_at_its_limit()
    {
        Publish("20300601");
        _streams.Server.Files["streams/v1/index.sjson"] = new byte[1 << 20];
        await RefusedAsync("longer than the 4096 bytes", _streams.Source(most: 4096));
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    [InlineData("a\\..\\b")]
    [InlineData("")]
    public async Task A_path_that_leaves_the_mirror_is_refused_although_it_is_signed(string path)
    {
        var product = Product([("20300601", [("squashfs", _squashfs)])]);
        product["versions"]!["20300601"]!["items"]!["squashfs"]!["path"] = path;
        _streams.Publish(new() { [Noble] = product }, []);
        await RefusedAsync("leaves it");

        _streams.Publish(new() { [Noble] = Product([("1", [("squashfs", _squashfs)])]) }, [], productsPath: path);
        await RefusedAsync("leaves it");
        _streams.Server.Requests.Should().OnlyContain(request => request.StartsWith("streams/v1/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("size", "-1", "has no size")]
    [InlineData("size", "1.5", "has no size")]
    [InlineData("size", "\"100\"", "has no size")]
    [InlineData("size", "99", "longer than")]
    [InlineData("size", "100000000000000000", "at most")]
    [InlineData("sha256", "\"00\"", "has no SHA-256")]
    [InlineData("sha256", "null", "has no SHA-256")]
    [InlineData("path", "7", "has no path")]
    public async Task Sizes_and_hashes_that_lie_are_refused(string field, string value, string reason)
    {
        var product = Product([("20300601", [("squashfs", _squashfs)])]);
        product["versions"]!["20300601"]!["items"]!["squashfs"]![field] = JsonNode.Parse(value);
        _streams.Publish(new() { [Noble] = product }, [("noble/amd64/20300601/squashfs", _squashfs)]);

        await RefusedAsync(reason);

        _streams.Library.List().Should().BeEmpty();
    }

    [Theory]
    [InlineData("[]", "no JSON as it should be")]
    [InlineData("{", "no JSON as it should be")]
    [InlineData(
        "{\"format\":\"index:1.0\",\"updated\":\"2030-01-01\",\"index\":{\"a\":{\"format\":\"\\ud800\"}}}", "no JSON as it should be")]
    [InlineData("{\"format\":\"index:2.0\",\"updated\":\"2030-01-01\"}", "format is not index:1.0")]
    [InlineData("{\"format\":\"index:1.0\"}", "when it was updated")]
    [InlineData("{\"format\":\"index:1.0\",\"format\":\"index:1.0\",\"updated\":\"2030-01-01\"}", "no JSON as it should be")]
    [InlineData("{\"format\":\"index:1.0\",\"updated\":\"2030-01-01\",\"index\":[]}", "index are no objects")]
    public async Task An_index_that_is_none_is_refused(string json, string reason)
    {
        _streams.Server.Files["streams/v1/index.sjson"] =
            System.Text.Encoding.UTF8.GetBytes(_streams.Key.Sign(json, _streams.Time.GetUtcNow()));
        await RefusedAsync(reason);
    }

    [Fact]
    public void Versions_are_ordered_by_their_numbers()
    {
        string[] ordered = ["20240101", "20240101.1", "20240101.2", "20240101.10", "20240102", "20241001"];
        ordered.Reverse().Order(SimplestreamsVersion.Order).Should().Equal(ordered);
        SimplestreamsVersion.Order.Compare("007", "7").Should().Be(0);
    }

    private Maas.Images.Sha256Digest Digest(string type) =>
        _streams.Library.FindImport("streams")!.Files.Single(file => file.Metadata["ftype"] == type).Digest;

    private async Task<IEnumerable<string>> NamesAsync(SimplestreamsFilter filter)
    {
        var source = _streams.Source(filter);
        await _streams.RunAsync(source);
        return _streams.Library.FindImport("streams")!.Files.Where(file => file.Selection == source.Selection).Select(file => file.Name);
    }

    private JsonObject Product((string, (string, byte[])[])[] versions) => SyntheticStreams.Product("noble", "amd64", "stable", versions);

    private void Publish(params string[] versions) => Publish(All(versions));

    private void Publish(
        string version,
        DateTimeOffset? updated = null,
        SigningKey? signer = null,
        Func<string, string>? edit = null,
        TimeSpan? lifetime = null,
        DateTimeOffset? indexUpdated = null) =>
        Publish(All([version]), updated, signer, edit, lifetime, indexUpdated);

    private (string, (string, byte[])[])[] All(string[] versions) =>
        [.. versions.Select(version => (version, new[] { ("boot-kernel", _kernel), ("boot-initrd", _initrd), ("squashfs", _squashfs) }))];

    private void Publish(
        (string Version, (string Type, byte[] Content)[] Items)[] versions, DateTimeOffset? updated = null, SigningKey? signer = null,
        Func<string, string>? edit = null, TimeSpan? lifetime = null, DateTimeOffset? indexUpdated = null) =>
        _streams.Publish(
            new() { [Noble] = Product(versions) },
            [.. versions.SelectMany(version => version.Items.Select(item => ($"noble/amd64/{version.Version}/{item.Type}", item.Content)))],
            updated, signer, edit, lifetime, indexUpdated);

    private async Task RefusedAsync(string reason, IImageSource? source = null) =>
        await _streams.Invoking(it => it.RunAsync(source, SyntheticStreams.Quick(retries: 0)))
            .Should()
            .ThrowAsync<UntrustedArchiveException>()
            .WithMessage($"*{reason}*");
}
