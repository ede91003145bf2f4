using System.Security.Cryptography;
using System.Text;
using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Simplestreams;
using Maas.Judges;

namespace Maas.Images.Tests.Import;

public sealed class CloudImageSourceTests : IAsyncLifetime
{
    private readonly byte[] _image = RandomNumberGenerator.GetBytes(200_000);
    private SyntheticStreams _mirror = null!; // InitializeAsync: its server, key, clock and library

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _mirror = await SyntheticStreams.StartAsync();
        _mirror.Server.Files["noble-amd64.img"] = _image;
    }

    public ValueTask DisposeAsync() => _mirror.DisposeAsync();

    [Theory]
    [InlineData(64, false)]
    [InlineData(128, true)]
    public async Task A_signed_lists_images_come_by_their_names(int digits, bool armored)
    {
        PublishDetached(List(digits), armored);

        await _mirror.RunAsync(Source());

        var file = _mirror.Library.FindImport("cloud")!.Files.Should().ContainSingle().Subject;
        file.Name.Should().Be("noble-amd64.img");
        file.Digest.ToString().Should().Be(Convert.ToHexStringLower(SHA256.HashData(_image)));
        _mirror.Server.Requests.Clear();
        await _mirror.RunAsync(Source());
        _mirror.Server.Requests.Should().NotContain(
            request => request.StartsWith("noble-amd64.img", StringComparison.Ordinal), "it is here already");
    }

    [Fact]
    public async Task A_list_signed_in_the_clear_is_read_too()
    {
        _mirror.Server.Files["CHECKSUM"] = Encoding.UTF8.GetBytes(_mirror.Key.Sign(
            $"# noble-amd64.img: {_image.Length} bytes\nSHA256 (noble-amd64.img) = {Convert.ToHexStringLower(SHA256.HashData(_image))}\n",
            _mirror.Time.GetUtcNow()));

        await _mirror.RunAsync(Source(ChecksumSignature.Clear, "CHECKSUM"));

        _mirror.Library.List().Should().ContainSingle();
    }

    [Fact]
    public async Task A_list_that_somebody_else_signed_is_refused()
    {
        PublishDetached(List(64), armored: false, new SigningKey());
        await RefusedAsync("no key of the keyring", Source());

        PublishDetached(List(64), armored: false);
        _mirror.Server.Files["SHA256SUMS"][0] ^= 1;
        await RefusedAsync("does not fit", Source());

        _mirror.Server.Files["SHA256SUMS.gpg"] = RandomNumberGenerator.GetBytes(500);
        await RefusedAsync("not trusted", Source());
    }

    [Fact]
    public async Task A_list_that_was_rolled_back_or_frozen_is_refused()
    {
        PublishDetached(List(64), armored: false);
        var old = _mirror.Server.Files["SHA256SUMS.gpg"];
        _mirror.Time.Advance(TimeSpan.FromDays(1));
        PublishDetached(List(64), armored: false);
        await _mirror.RunAsync(Source());

        _mirror.Time.Advance(TimeSpan.FromDays(10));
        await RefusedAsync("stale", Source(maximumAge: TimeSpan.FromDays(7)));
        _mirror.Server.Files["SHA256SUMS.gpg"] = old;
        await RefusedAsync("rolled back", Source());
    }

    [Fact]
    public async Task Images_that_are_imported_one_after_the_other_are_both_kept()
    {
        PublishDetached($"{HashOf(_image)} *noble-amd64.img\n{HashOf([1, 2])} *jammy.qcow2\n", armored: false);
        _mirror.Server.Files["jammy.qcow2"] = [1, 2];

        await _mirror.RunAsync(Source(files: "noble-*"));
        await _mirror.RunAsync(Source(files: "jammy.qcow2"));
        await _mirror.Library.CollectAsync(TimeSpan.Zero, null, Cancel);

        _mirror.Library.FindImport("cloud")!.Files.Select(file => file.Name).Should().BeEquivalentTo("noble-amd64.img", "jammy.qcow2");
        _mirror.Library.List().Should().HaveCount(2);
    }

    [Fact]
    public async Task Two_lists_of_one_folder_are_signed_each_at_its_own_time()
    {
        PublishDetached(List(64), armored: false);
        _mirror.Time.Advance(TimeSpan.FromSeconds(1));
        var newer = _mirror.Time.GetUtcNow();
        _mirror.Server.Files["CHECKSUM"] =
            Encoding.UTF8.GetBytes(_mirror.Key.Sign($"SHA256 (noble-amd64.img) = {Convert.ToHexStringLower(SHA256.HashData(_image))}\n",
                newer));

        await _mirror.RunAsync(Source(ChecksumSignature.Clear, "CHECKSUM"));
        await _mirror.RunAsync(Source());
        await _mirror.RunAsync(Source(ChecksumSignature.Clear, "CHECKSUM"));

        _mirror.Server.Files["CHECKSUM"] =
            Encoding.UTF8.GetBytes(_mirror.Key.Sign($"SHA256 (noble-amd64.img) = {Convert.ToHexStringLower(SHA256.HashData(_image))}\n",
                newer.AddSeconds(-10)));
        await RefusedAsync("rolled back", Source(ChecksumSignature.Clear, "CHECKSUM"));
    }

    [Fact]
    public async Task Without_a_signature_only_https_will_do()
    {
        PublishDetached(List(64), armored: false);
        await RefusedAsync("not https either", Source(ChecksumSignature.None));
    }

    [Fact]
    public async Task A_name_that_leaves_the_folder_is_refused()
    {
        PublishDetached($"{new string('0', 64)}  ../../etc/shadow\n", armored: false);
        await RefusedAsync("leaves it", Source(files: "../../etc/*"));
    }

    [Fact]
    public async Task A_list_without_the_image_says_so()
    {
        PublishDetached(List(64), armored: false);
        await _mirror.Invoking(it => it.RunAsync(Source(files: "jammy*")))
            .Should()
            .ThrowAsync<FileNotFoundException>()
            .WithMessage("*names no jammy*");
    }

    [Fact]
    public void A_list_with_two_hashes_of_one_name_is_refused()
    {
        var two = () => ChecksumList.Parse($"{new string('0', 64)}  a\n{new string('1', 64)}  a\n", "list");
        two.Should().Throw<UntrustedArchiveException>().WithMessage("*two hashes of a*");
        ChecksumList.Parse(
            $"{new string('0', 64)} *./a b\r\nnot a line\n{new string('1', 32)}  md5\nSHA512 (c (d)) = {new string('2', 128)}\n", "list")
            .Select(entry => entry.Name).Should().Equal("a b", "c (d)");
    }

    [Theory]
    [InlineData("--detach-sign", false)]
    [InlineData("--detach-sign", true)]
    [InlineData("--clear-sign", true)]
    public async Task What_gpg_signed_is_good_and_its_key_is_read(string how, bool armored)
    {
        var gpg = Judge.Require("gpg", "gpg");
        Judge.Require("gpg-agent", "gpg-agent");
        using var home = new TemporaryFolder();
        string[] common = ["--homedir", home.Path, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""];
        try
        {
            (await Judge.RunAsync(
                gpg,
                [.. common, "--quick-generate-key", "Mirror <mirror@example.org>", "rsa2048", "sign", "never"],
                null,
                Cancel)).Approved();
            (await Judge.RunAsync(gpg, [.. common, "--output", home["keyring"], "--export"], null, Cancel)).Approved();
            await File.WriteAllTextAsync(home["list"], List(64) + "- a line that wants to be escaped\n", Cancel);
            (await Judge.RunAsync(
                gpg,
                [
                    .. common,
                    "--digest-algo",
                    "SHA512",
                    .. armored ? (string[])["--armor"] : [],
                    "--output",
                    home["signature"],
                    how,
                    home["list"]
                ],
                null,
                Cancel)).Approved();
        }
        finally
        {
            await Judge.RunAsync("gpgconf", ["--homedir", home.Path, "--kill", "gpg-agent"]);
        }

        var clear = how == "--clear-sign";
        _mirror.Server.Files["SHA256SUMS"] = await File.ReadAllBytesAsync(home[clear ? "signature" : "list"], Cancel);
        _mirror.Server.Files["SHA256SUMS.gpg"] = await File.ReadAllBytesAsync(home["signature"], Cancel);
        _mirror.Time.AdjustTime(TimeProvider.System.GetUtcNow());

        await _mirror.RunAsync(
            Source(clear ? ChecksumSignature.Clear : ChecksumSignature.Detached, keyring: OpenPgpKeyring.Load(home["keyring"])));

        _mirror.Library.List().Should().ContainSingle();
    }

    private CloudImageSource Source(
        ChecksumSignature signature = ChecksumSignature.Detached, string checksums = "SHA256SUMS", TimeSpan? maximumAge = null,
        string files = "noble-*.img", OpenPgpKeyring? keyring = null) => new()
    {
        Name = "cloud",
        Mirrors = [_mirror.Server.Address],
        Files = [files],
        Checksums = checksums,
        Signature = signature,
        Keyring = keyring ?? OpenPgpKeyring.Read(new MemoryStream(_mirror.Key.Keyring(armored: true))),
        MaximumAge = maximumAge,
    };

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private string List(int digits) =>
        $"{new string('a', digits)} " +
        $"*other.img\n{Convert.ToHexStringLower(digits == 64 ? SHA256.HashData(_image) : SHA512.HashData(_image))} *noble-amd64.img\n";

    private void PublishDetached(string list, bool armored, SigningKey? signer = null)
    {
        _mirror.Server.Files["SHA256SUMS"] = Encoding.UTF8.GetBytes(list);
        _mirror.Server.Files["SHA256SUMS.gpg"] = (signer ?? _mirror.Key).SignDetached(
            _mirror.Server.Files["SHA256SUMS"], _mirror.Time.GetUtcNow(), armored);
    }

    private async Task RefusedAsync(string reason, IImageSource source) =>
        await _mirror.Invoking(it => it.RunAsync(source)).Should().ThrowAsync<UntrustedArchiveException>().WithMessage($"*{reason}*");
}
