using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Simplestreams;

namespace Maas.Images.Tests.Import;

public sealed class DebianInstallerSourceTests : IAsyncLifetime
{
    private SyntheticStreams _mirror = null!; // InitializeAsync: its server, key, clock and library
    private SyntheticInstaller _installer = null!;

    public async ValueTask InitializeAsync()
    {
        _mirror = await SyntheticStreams.StartAsync();
        _installer = new SyntheticInstaller(_mirror);
        _installer.Publish();
        await File.WriteAllBytesAsync(Path.Combine(_mirror.Folder, "keyring"), _mirror.Key.Keyring(armored: false));
    }

    public ValueTask DisposeAsync() => _mirror.DisposeAsync();

    [Fact]
    public async Task The_installers_kernel_and_initrd_come_as_the_signed_release_vouches()
    {
        await _mirror.RunAsync(Source());

        var record = _mirror.Library.FindImport("installer test/amd64")!;
        record.Files.Select(file => file.Name).Should().Equal(SyntheticInstaller.KernelName, SyntheticInstaller.InitrdName);
        record.Files.Select(file => file.Length).Should().Equal(_installer.Kernel.Length, _installer.Initrd.Length);
        record.Files[0].Metadata.Should().Contain("arch", "amd64");
    }

    [Fact]
    public async Task A_list_that_the_release_does_not_vouch_for_is_refused()
    {
        _mirror.Server.Files[SyntheticInstaller.Folder + "SHA256SUMS"][3] ^= 1;
        await RefusedAsync("not the one that the Release file names");

        _installer.Publish(signer: new SigningKey());
        await RefusedAsync("no key of the keyring");
    }

    [Fact]
    public async Task A_kernel_that_the_list_does_not_vouch_for_is_refused()
    {
        _mirror.Server.Files[SyntheticInstaller.Folder + SyntheticInstaller.KernelName] = _installer.Initrd;
        await RefusedAsync("SHA-256 is not the one promised");
    }

    [Fact]
    public async Task A_release_that_was_rolled_back_is_refused()
    {
        var old = _mirror.Server.Files[SyntheticInstaller.Release];
        _mirror.Time.Advance(TimeSpan.FromDays(1));
        _installer.Publish();
        await _mirror.RunAsync(Source());

        _mirror.Server.Files[SyntheticInstaller.Release] = old;

        await RefusedAsync("rolled back");
    }

    [Fact]
    public async Task A_suite_without_an_installer_says_so()
    {
        await _mirror.Invoking(it => it.RunAsync(Source("legacy-images")))
            .Should()
            .ThrowAsync<FileNotFoundException>()
            .WithMessage("*legacy-images/SHA256SUMS*");
    }

    private DebianInstallerSource Source(string folder = "images") => new()
    {
        Archive = new() { Mirror = _mirror.Server["debian"], Suite = "test", Keyring = Path.Combine(_mirror.Folder, "keyring") },
        Folder = folder,
    };

    private async Task RefusedAsync(string reason) =>
        await _mirror.Invoking(it => it.RunAsync(Source())).Should().ThrowAsync<UntrustedArchiveException>().WithMessage($"*{reason}*");
}

/// <summary>Debian's own archive: its signature, its layout, its mirrors.</summary>
[Collection(MirrorCollection.Name)]
public sealed class DebianInstallerOfDebianTests(MirrorFixture mirror)
{
    [Fact]
    public async Task Debians_own_archive_vouches_for_its_installer()
    {
        _ = mirror.Archive; // or a skip
        using var http = Downloader.CreateClient();
        var archive = AptSources.ReadDebian().First(source => !source.Suite.Contains('-', StringComparison.Ordinal));
        var source = new DebianInstallerSource { Archive = archive };

        var listing = await source.ListAsync(
            new SourceContext(new Downloader(http), new Dictionary<string, string>(), TimeProvider.System),
            TestContext.Current.CancellationToken);

        listing.Files.Select(file => file.Name)
            .Should()
            .BeEquivalentTo("netboot/debian-installer/amd64/linux", "netboot/debian-installer/amd64/initrd.gz");
        listing.Marks.Should().ContainKey("signed");
    }
}
