using System.Text;
using Maas.Hosting.Ephemeral;
using Maas.Images.Debian;
using Maas.Images.Ephemeral;

namespace Maas.Hosting.Tests.Ephemeral;

/// <summary>What the options of a host add to the ephemeral environment.</summary>
public sealed class EnvironmentPartsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-parts-");
    private readonly List<string> _leftOut = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task By_default_smartctl_is_added_and_left_out_where_no_source_has_it()
    {
        (await ChooseAsync(new EphemeralImageOptions(), "smartmontools")).Programs.Should().Equal(
            [.. EphemeralProgram.Defaults, new EphemeralProgram("smartmontools", "usr/sbin/smartctl")]);
        _leftOut.Should().BeEmpty();

        (await ChooseAsync(new EphemeralImageOptions())).Programs.Should().Equal(EphemeralProgram.Defaults);
        _leftOut.Should().Equal("smartmontools");
    }

    [Fact]
    public async Task Programs_modules_firmware_and_files_are_added_to_the_usual_ones()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "usr", "bin"));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "usr", "bin", "burn-in"), "#!/bin/sh\n", Token);
        var options = new EphemeralImageOptions
        {
            KernelPackage = "linux-image-cloud-amd64", FileDirectory = _folder.FullName,
            Programs = { "fio:usr/bin/fio" }, Modules = { "mlx4_en", "drivers/infiniband" },
            FirmwarePackages = { "firmware-bnx2x", "firmware-of-none" },
        };

        var chosen = await ChooseAsync(options, "smartmontools", "fio", "firmware-bnx2x");

        chosen.KernelPackage.Should().Be("linux-image-cloud-arm64");
        chosen.Programs.Should().Contain(new EphemeralProgram("fio", "usr/bin/fio"));
        chosen.Modules.Names.Should().Contain(KernelModuleSelection.Default.Names).And.Contain("mlx4_en");
        chosen.Modules.Folders.Should().Contain(KernelModuleSelection.Default.Folders).And.Contain("drivers/infiniband");
        chosen.FirmwarePackages.Should().Equal("firmware-bnx2x");
        _leftOut.Should().Equal("firmware-of-none");
        Encoding.UTF8.GetString(chosen.Files.Should().ContainKey("usr/bin/burn-in").WhoseValue.Span).Should().Be("#!/bin/sh\n");
    }

    [Fact]
    public async Task Files_beyond_the_limit_are_refused()
    {
        using (var large = File.Create(Path.Combine(_folder.FullName, "large"))) large.SetLength(EnvironmentParts.MostFileBytes + 1);
        await FluentActions.Awaiting(() => ChooseAsync(new EphemeralImageOptions { FileDirectory = _folder.FullName }))
            .Should().ThrowAsync<IOException>().WithMessage("*64 MiB*");
    }

    [Theory]
    [InlineData("fio:usr/bin/fio", true)]
    [InlineData("libstdc++6:usr/lib/x", true)]
    [InlineData("fio", false)]
    [InlineData("fio:", false)]
    [InlineData(":usr/bin/fio", false)]
    [InlineData("fio:/usr/bin/fio", false)]
    [InlineData("fio:usr/../fio", false)]
    [InlineData("Fio:usr/bin/fio", false)]
    [InlineData("a:b:c", false)]
    public void A_program_is_a_package_and_a_path(string text, bool isOne) =>
        (EnvironmentParts.ReadProgram(text) is not null).Should().Be(isOne);

    private Task<EphemeralEnvironmentOptions> ChooseAsync(EphemeralImageOptions options, params string[] present)
    {
        _leftOut.Clear();
        return EnvironmentParts.ChooseAsync(options, "arm64", new Source(present), _leftOut.Add, Token);
    }

    private sealed class Source(string[] present) : IPackageSource
    {
        public ValueTask<DebianPackage?> FindAsync(string name, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(present.Contains(name)
                ? new DebianPackage
                {
                    Name = name, Version = DebianVersion.Parse("1"), Architecture = "arm64", Size = 1, Sha256 = new string('0', 64),
                    Location = name,
                }
                : null);

        public Task<Stream> OpenAsync(
            DebianPackage package, IProgress<Maas.Images.ImportProgress>? progress = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
