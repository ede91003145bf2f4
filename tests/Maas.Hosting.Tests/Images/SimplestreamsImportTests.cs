using System.Security.Cryptography;
using Maas.Core.Images;
using Maas.Core.Records;
using Maas.Images.FileTrees;
using Maas.Images.Formats.SquashFs;
using Maas.Images.Library;
using Maas.Images.Tests.Simplestreams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Tests.Images;

/// <summary>A host imports from a signed mirror on the loopback.</summary>
public sealed class SimplestreamsImportTests : IAsyncLifetime
{
    private readonly byte[] _archive = RandomNumberGenerator.GetBytes(700_000);
    private SyntheticStreams _streams = null!; // InitializeAsync
    private ComposedServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ImageImports Imports => _server.Get<ImageImports>();

    public async ValueTask InitializeAsync()
    {
        _streams = await SyntheticStreams.StartAsync(TimeProvider.System.GetUtcNow());
        _server = await ComposedServer.StartAsync(null, configure: services => services.AddHealthChecks().AddMaasHealthChecks());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _streams.DisposeAsync();
    }

    [Fact]
    public async Task Selected_images_of_a_signed_mirror_are_imported_and_served()
    {
        Publish("20300501");
        await SelectAsync(await AddSourceAsync());

        var status = await ImportAsync();

        status.Failures.Should().BeEmpty();
        status.Result.Should().Be(ImageImportResult.Succeeded);
        var image = (await _server.Get<BootResources>().ChooseAsync("centos", "centos9", "amd64", Token))!;
        await using var content = (await _server.Get<BootResources>().OpenAsync(image, Token))!;
        (await SHA256.HashDataAsync(content, Token)).Should().Equal(SHA256.HashData(_archive));
        _server.Get<ImageLibrary>().List().Should().ContainSingle().Which.References.Should().Equal("boot-resource");
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);

        await _server.Get<BootResources>().DeleteAsync(image.ResourceId, Token);
        _server.Get<ImageLibrary>().List().Should().BeEmpty("nothing else keeps the bytes");
    }

    [Fact]
    public async Task A_transfer_that_was_stopped_goes_on_where_it_was()
    {
        Publish("20300501");
        await SelectAsync(await AddSourceAsync());
        _streams.Server.Cut = ("root-tgz", 300_000, 1, async () => await Imports.StopAsync(Token));
        (await ImportAsync()).Result.Should().Be(ImageImportResult.Stopped);
        lock (_streams.Server.Requests) _streams.Server.Requests.Clear();

        (await ImportAsync()).Result.Should().Be(ImageImportResult.Succeeded);

        lock (_streams.Server.Requests)
            _streams.Server.Requests.Should().Contain(request =>
                request.StartsWith("centos9/amd64/20300501/root-tgz bytes=", StringComparison.Ordinal)
                && !request.Contains("bytes=0-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_with_another_hash_is_refused_and_named()
    {
        Publish("20300501");
        _streams.Server.Files["centos9/amd64/20300501/root-tgz"] = RandomNumberGenerator.GetBytes(_archive.Length);
        await SelectAsync(await AddSourceAsync());

        var status = await ImportAsync();

        status.Failures.Should().ContainSingle().Which.Should().Contain("centos/centos9 amd64/ga-24.04 20300501")
            .And.Contain("SHA-256").And.Contain("root-tgz");
        (await _server.Get<BootResources>().ChooseAsync("centos", "centos9", "amd64", Token)).Should().BeNull();
        _server.Get<ImageLibrary>().List().Should().BeEmpty();
        var health = await CheckAsync();
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Description.Should().Contain("SHA-256");
    }

    [Theory]
    [InlineData("../../etc/passwd", "leaves it")]
    [InlineData("http://evil.example/file", "leaves it")]
    public async Task A_path_that_leaves_the_mirror_is_refused(string path, string reason)
    {
        var product = Product("20300501");
        product["versions"]!["20300501"]!["items"]!["root-tgz"]!["path"] = path;
        _streams.Publish(new() { ["p"] = product }, []);
        await SelectAsync(await AddSourceAsync());

        (await ImportAsync()).Failures.Should().ContainSingle().Which.Should().Contain(reason);
    }

    [Fact]
    public async Task A_signature_of_another_key_is_refused()
    {
        Publish("20300501");
        await SelectAsync(await AddSourceAsync(new Maas.Images.Tests.Debian.SigningKey().Keyring(armored: false)));

        (await ImportAsync()).Failures.Should().ContainSingle().Which.Should().Contain("is not trusted");
        _server.Get<ImageLibrary>().List().Should().BeEmpty();
    }

    [Fact]
    public async Task A_missing_keyring_is_named_with_what_to_do()
    {
        Publish("20300501");
        await SelectAsync(await AddSourceAsync(file: "/nowhere/keys.gpg"));

        (await ImportAsync()).Failures.Should().ContainSingle().Which.Should().Contain("The keyring /nowhere/keys.gpg cannot be read")
            .And.Contain("install the package");
    }

    [Fact]
    public async Task An_index_in_json_with_a_signature_beside_it_is_read()
    {
        Publish("20300501");
        await SelectAsync(await AddSourceAsync(url: new Uri(_streams.Server.Address, "streams/v1/index.json").AbsoluteUri));

        (await ImportAsync()).Result.Should().Be(ImageImportResult.Succeeded);
    }

    [Fact]
    public async Task An_index_that_is_too_long_is_refused()
    {
        Publish("20300501");
        _streams.Server.Files["streams/v1/index.sjson"] = new byte[(16 << 20) + 1];
        await SelectAsync(await AddSourceAsync());

        (await ImportAsync()).Failures.Should().ContainSingle().Which.Should().Contain("longer than");
    }

    [Fact]
    public async Task What_a_removed_source_left_is_released()
    {
        Publish("20300501");
        var first = await AddSourceAsync();
        await SelectAsync(first);
        _streams.Server.Cut = ("root-tgz", 300_000, 1, async () => await Imports.StopAsync(Token));
        await ImportAsync();
        await _server.Get<BootSources>().Records.DeleteAsync(first.Id, null, cancellationToken: Token);
        var library = _server.Get<ImageLibrary>();
        library.Imports().Should().ContainSingle(record => library.HasImport(record.Source));

        await ImportAsync();

        library.Imports().Should().NotContain(record => library.HasImport(record.Source));
    }

    [Fact]
    public async Task What_a_source_offers_is_listed()
    {
        Publish("20300501");

        var offers = await Imports.ListOffersAsync(SourceOf(_streams.Server.Address.AbsoluteUri), Token);

        offers.Should().ContainSingle().Which.Should().Match<OfferedImage>(offer =>
            offer.OsSystem == "centos" && offer.Release == "centos9" && offer.Architecture == "amd64" && offer.Label == "stable"
            && offer.Size == _archive.Length);
    }

    [Theory]
    [InlineData("ubuntu", true, null)]
    [InlineData("ubuntu", false, "It has no kernel in /boot, and no apt to install one.")]
    [InlineData("alpine", true, "It has no kernel in /boot, and no apt to install one.")]
    public async Task A_squashfs_without_a_kernel_is_deployed_to_disks_where_the_agent_can_install_one(
        string id, bool hasApt, string? fault)
    {
        using var folder = new Maas.Images.Tests.TemporaryFolder();
        foreach (var name in (string[])["etc", "boot", "usr/lib", "usr/bin"]) Directory.CreateDirectory(folder[$"root/{name}"]);
        await File.WriteAllTextAsync(folder["root/usr/lib/os-release"], $"NAME=\"Some system\"\nID={id}\n", Token);
        File.CreateSymbolicLink(folder["root/etc/os-release"], "../usr/lib/os-release");
        if (hasApt) await File.WriteAllTextAsync(folder["root/usr/bin/apt-get"], "", Token);
        using var squashfs = new MemoryStream();
        await new SquashBuilder().WriteAsync(new FolderTree(folder["root"]), squashfs, cancellationToken: Token);
        var product = SyntheticStreams.Product("noble", "amd64", "stable", ("20300501", [("squashfs", squashfs.ToArray())]));
        product["os"] = "centos";
        _streams.Publish(new() { ["com.example:noble"] = product }, [("noble/amd64/20300501/squashfs", squashfs.ToArray())]);
        await SelectAsync(await AddSourceAsync());

        (await ImportAsync()).Result.Should().Be(ImageImportResult.Succeeded);

        (await _server.Get<BootResources>().ListAsync(Token)).Single().Origin!.Undeployable.Should().Be(fault);
        (await _server.Get<BootResources>().ChooseAsync("centos", "noble", "amd64", Token) is not null).Should().Be(fault is null);
    }

    private void Publish(string version) => _streams.Publish(
        new() { ["com.example:centos9"] = Product(version) }, [($"centos9/amd64/{version}/root-tgz", _archive)]);

    private System.Text.Json.Nodes.JsonObject Product(string version)
    {
        var product = SyntheticStreams.Product("centos9", "amd64", "stable", (version, [("root-tgz", _archive), ("boot-kernel", [1, 2])]));
        product["os"] = "centos";
        return product;
    }

    private BootSource SourceOf(string url, byte[]? keyring = null, string file = "") => new()
    {
        Url = url, KeyringFilename = file, KeyringData = file.Length > 0 ? [] : keyring ?? _streams.Key.Keyring(armored: false),
    };

    private async Task<BootSource> AddSourceAsync(byte[]? keyring = null, string? url = null, string file = "")
    {
        var source = SourceOf(url ?? _streams.Server.Address.AbsoluteUri, keyring, file);
        var done = await _server.Get<BootSources>().Records.CreateAsync(source, null, Token);
        return done.Should().BeOfType<RecordEdit<BootSource>.Done>().Subject.Record;
    }

    private async Task SelectAsync(BootSource source)
    {
        // The automatic import would run at another time than the test expects.
        await _server.Get<Core.Configuration.Settings>().ChangeAsync("boot_images_auto_import", "false", Token);
        var selection = new BootSourceSelection { BootSourceId = source.Id, OsSystem = "centos", Release = "*", Architectures = ["amd64"] };
        (await _server.Get<BootSources>().Selections.CreateAsync(selection, null, Token)).Should()
            .BeOfType<RecordEdit<BootSourceSelection>.Done>();
    }

    private async Task<ImageImportStatus> ImportAsync()
    {
        await Imports.RequestAsync(Token);
        while (await Imports.IsImportingAsync(Token)) await Task.Yield();
        return await Imports.GetStatusAsync(Token);
    }

    private async Task<HealthReportEntry> CheckAsync() =>
        (await _server.Get<HealthCheckService>().CheckHealthAsync(Token)).Entries["maas-image-import"];
}
