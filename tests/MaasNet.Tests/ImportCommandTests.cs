using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Import;
using Maas.Images.Tests.Simplestreams;

namespace MaasNet.Tests;

/// <summary>The commands that fetch what a server boots machines with.</summary>
public sealed class ImportCommandTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("maas-net-");
    private SyntheticStreams _mirror = null!; // InitializeAsync

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Keyring => Path.Combine(_mirror.Folder, "keyring");

    public async ValueTask InitializeAsync()
    {
        _mirror = await SyntheticStreams.StartAsync(TimeProvider.System.GetUtcNow());
        await File.WriteAllBytesAsync(Keyring, _mirror.Key.Keyring(armored: false), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _mirror.DisposeAsync();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task An_installer_of_a_signed_mirror_is_where_the_server_looks_for_it()
    {
        var installer = new SyntheticInstaller(_mirror);
        installer.Publish();

        (await ImportAsync("import-isos")).Should().Be(0);

        (await ReadAsync("boot/debian-test/linux")).Should().Equal(installer.Kernel);
        (await ReadAsync("boot/debian-test/initrd.gz")).Should().Equal(installer.Initrd);
    }

    [Theory]
    [InlineData("import-isos")]
    [InlineData("import-ephemerals")]
    public async Task A_mirror_that_another_key_signed_is_refused_and_nothing_is_written(string command)
    {
        new SyntheticInstaller(_mirror).Publish(signer: new SigningKey());

        (await ImportAsync(command)).Should().Be(1);

        _data.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.Name)
            .Should().NotContain(["linux", "initrd.gz", "kernel", "initrd", "ipxe.efi"]);
    }

    [Theory]
    [InlineData("import-isos")]
    [InlineData("import-ephemerals")]
    public async Task A_wrong_mirror_is_wrong_usage(string command) =>
        (await CommandTree.RunAsync([command, "--data", _data.FullName, "--mirror", "nonsense"])).Should().Be(2);

    private Task<int> ImportAsync(string command) => CommandTree.RunAsync(
        [command, "--data", _data.FullName, "--mirror", $"{_mirror.Server["debian"]}", "--suite", "test", "--keyring", Keyring]);

    private Task<byte[]> ReadAsync(string name) => File.ReadAllBytesAsync(Path.Combine(_data.FullName, name), Token);
}
