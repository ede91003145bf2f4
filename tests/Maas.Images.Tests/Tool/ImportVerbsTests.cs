using System.Security.Cryptography;
using System.Text;
using Maas.Images.Library;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Import;
using Maas.Images.Tests.Simplestreams;

namespace Maas.Images.Tests.Tool;

public sealed class ImportVerbsTests : IAsyncLifetime
{
    private readonly ToolBench _bench = new();
    private readonly byte[] _image = RandomNumberGenerator.GetBytes(300_000);
    private SyntheticStreams _mirror = null!; // InitializeAsync

    private ImageLibrary Library => ImageLibrary.Open(_bench["library"]);

    private string Sha256 => HashOf(_image);

    public async ValueTask InitializeAsync()
    {
        await _bench.InitializeAsync();
        _mirror = await SyntheticStreams.StartAsync(TimeProvider.System.GetUtcNow());
        _mirror.Server.Files["cloud.img"] = _image;
        await File.WriteAllBytesAsync(_bench["keyring"], _mirror.Key.Keyring(armored: false), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _mirror.DisposeAsync();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task One_file_is_imported_listed_and_dropped()
    {
        await _bench.DoAsync($"import url $library {Sha256} {_mirror.Server["cloud.img"]}");

        (await _bench.DoAsync("import list $library")).Should().Contain("cloud.img").And.Contain(Sha256);
        (await _bench.DoAsync("import drop $library cloud.img")).Should().StartWith("1 files, 293 KiB given back");
        (await _bench.DoAsync("import list $library")).Should().NotContain("cloud.img");
    }

    [Fact]
    public async Task A_file_with_another_hash_is_refused_and_not_kept()
    {
        var said = await _bench.RunAsync($"import url $library {new string('0', 64)} {_mirror.Server["cloud.img"]}");

        said.ExitCode.Should().Be(1);
        said.Error.Should().Contain("not the one promised").And.NotContain("   at ");
        (await _bench.DoAsync("import list $library")).Should().BeEmpty();
    }

    [Fact]
    public async Task An_ISO_is_taken_apart()
    {
        await _bench.DoAsync("import iso $library $live.iso");

        (await _bench.DoAsync("import list $library")).Should().Contain("vmlinuz").And.Contain("initrd.gz");
    }

    [Fact]
    public async Task A_cloud_image_comes_with_a_signature_and_not_without()
    {
        _mirror.Server.Files["SHA256SUMS"] = Encoding.UTF8.GetBytes($"{Sha256} *cloud.img\n");
        _mirror.Server.Files["SHA256SUMS.gpg"] = _mirror.Key.SignDetached(
            _mirror.Server.Files["SHA256SUMS"], _mirror.Time.GetUtcNow() - TimeSpan.FromMinutes(5));

        await _bench.DoAsync($"import cloud $library {_mirror.Server.Address} *.img --keyring $keyring");
        (await _bench.DoAsync("import list $library")).Should().Contain(Sha256);

        var said = await _bench.RunAsync($"import cloud $other {_mirror.Server.Address} *.img");
        said.ExitCode.Should().Be(1);
        said.Error.Should().Contain("https").And.NotContain("   at ");
    }

    [Fact]
    public async Task A_network_installer_comes_from_a_signed_archive_and_only_what_is_new_comes_again()
    {
        var installer = new SyntheticInstaller(_mirror);
        installer.Publish();
        var line = $"import isos $library --mirror {_mirror.Server["debian"]} --suite test --keyring $keyring";

        (await _bench.DoAsync(line)).Should().Contain(SyntheticInstaller.KernelName).And.Contain(SyntheticInstaller.InitrdName);
        _mirror.Server.Requests.Clear();
        await _bench.DoAsync(line);

        _mirror.Server.Requests.Should().NotContain(request => request.Contains("netboot", StringComparison.Ordinal));
        Library.List().Select(blob => blob.Digest.ToString()).Should().BeEquivalentTo([HashOf(installer.Kernel), HashOf(installer.Initrd)]);
        (await _bench.DoAsync("import list $library")).Should().Contain("installer test/amd64").And.Contain(HashOf(installer.Kernel));
    }

    [Fact]
    public async Task A_network_installer_that_is_not_as_it_was_signed_is_refused_and_what_was_there_stays()
    {
        var installer = new SyntheticInstaller(_mirror);
        installer.Publish();
        var line = $"import isos $library --mirror {_mirror.Server["debian"]} --suite test --keyring $keyring";
        await _bench.DoAsync(line);

        installer.Publish(signer: new SigningKey());
        await RefusedAsync(line, "no key of the keyring");
        installer.Publish();
        await RefusedAsync(line + " --arch arm64", "installer-arm64");
        var fresh = line.Replace("$library", "$other", StringComparison.Ordinal);
        _mirror.Server.Files[SyntheticInstaller.Folder + SyntheticInstaller.InitrdName] = installer.Kernel;
        await RefusedAsync(fresh, "not the one promised");

        Library.List().Select(blob => blob.Digest.ToString()).Should().BeEquivalentTo([HashOf(installer.Kernel), HashOf(installer.Initrd)]);
        (await _bench.DoAsync("import list $other")).Should().BeEmpty();

        async Task RefusedAsync(string words, string reason)
        {
            var said = await _bench.RunAsync(words);
            said.ExitCode.Should().Be(1, said.Output);
            said.Error.Should().Contain(reason).And.NotContain("   at ");
        }
    }

    [Fact]
    public async Task Several_processes_fill_and_clear_one_library_at_once()
    {
        foreach (var name in (string[])["same", "other", "late"])
            _mirror.Server.Files[name] = name == "same" ? _image : RandomNumberGenerator.GetBytes(200_000);

        await Task.WhenAll(((string[])["cloud.img", "cloud.img", "same", "other"]).Select(ImportAsync));
        Library.List().Should().HaveCount(2, "two of the files have the same bytes");
        await Task.WhenAll(
            _bench.DoAsync("import drop $library cloud.img"), _bench.DoAsync("import drop $library other"), ImportAsync("late"));

        Library.Imports().Where(import => import.Files.Count > 0).Select(import => import.Source).Should().BeEquivalentTo("same", "late");
        foreach (var blob in Library.List().ToList())
            (await Library.VerifyAsync(blob.Digest, TestContext.Current.CancellationToken)).Should().BeTrue();
        Library.List().Select(blob => blob.Digest.ToString()).Should().BeEquivalentTo([Sha256, HashOf(_mirror.Server.Files["late"])]);

        Task<string> ImportAsync(string name) =>
            _bench.DoAsync($"import url $library {HashOf(_mirror.Server.Files[name])} {_mirror.Server[name]}");
    }

    [Fact]
    public async Task MAASs_images_come_from_a_signed_mirror()
    {
        _mirror.Publish(
            new()
            {
                ["noble"] = SyntheticStreams.Product("noble", "amd64", "stable", ("20260101", [("squashfs", _image)])),
                ["jammy"] = SyntheticStreams.Product("jammy", "amd64", "stable", ("20260101", [("squashfs", [1])]))
            },
            [("noble/amd64/20260101/squashfs", _image)]);

        await _bench.DoAsync($"import ephemerals $library --mirror {_mirror.Server.Address} --keyring $keyring --release noble --arch " +
            "amd64 --ftype squashfs");

        (await _bench.DoAsync("import list $library")).Should().Contain(Sha256).And.NotContain("jammy");
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
