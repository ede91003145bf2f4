using Maas.Images.CloudInit;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.CloudInit;

public sealed class NoCloudSeedTests : IDisposable
{
    private const string Probe = """
        import sys
        from cloudinit.sources import DataSourceNoCloud
        from cloudinit import util
        found = util.pathprefix2dict(sys.argv[1], required=["user-data", "meta-data"], optional=["vendor-data", "network-config"])
        merged = DataSourceNoCloud._merge_new_seed({"meta-data": {}, "user-data": "", "vendor-data": "", "network-config": None}, found)
        print(
            merged["meta-data"]["instance-id"], merged["meta-data"]["local-hostname"],
            merged["user-data"].decode().splitlines()[0], merged["network-config"]["version"])
        """;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cloud_init_itself_takes_the_seed(bool asFat)
    {
        var seed = new NoCloudSeed
        {
            InstanceId = "i-\"7\": x",
            HostName = "node-ü",
            UserData = "#cloud-config\nssh_pwauth: true\n",
            NetworkConfig = "version: 2\nethernets: {}\n",
        };
        await WriteAsync(asFat ? seed.OpenFat() : seed.OpenIso(), _folder["seed"]);

        (await Tools.RunAsync("blkid", "-o", "export", _folder["seed"])).Split('\n')
            .Should()
            .Contain(asFat ? ["LABEL=CIDATA", "TYPE=vfat"] : ["LABEL=cidata", "TYPE=iso9660"], "cloud-init finds it by these");
        Directory.CreateDirectory(_folder["out"]);
        await Tools.ShellAsync(_folder.Path, asFat ? "fsck.fat -n seed && mcopy -i seed '::*' out" : "bsdtar -xf seed -C out");
        Judge.Require("cloud-init", "cloud-init");
        var said = (await Judge.RunAsync("/usr/bin/python3", ["-c", Probe, _folder["out"]], cancellationToken: Cancel)).Approved().Output;
        said.Trim().Should().Be("i-\"7\": x node-ü #cloud-config 2");
        (await Tools.RunAsync("cloud-init", "schema", "--config-file", _folder["out/user-data"])).Should().Contain("Valid");
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_and_nothing_unasked()
    {
        var seed = new NoCloudSeed { InstanceId = "i-1" };
        foreach (var open in (Func<NoCloudSeed, Stream>[])[made => made.OpenIso(), made => made.OpenFat()])
        {
            await WriteAsync(open(seed), _folder["one"]);
            await WriteAsync(open(seed with { }), _folder["two"]);

            (await File.ReadAllBytesAsync(_folder["two"], Cancel)).Should().Equal(await File.ReadAllBytesAsync(_folder["one"], Cancel));
        }

        seed.Files.Keys.Should().Equal("meta-data", "user-data");
    }

    private static async Task WriteAsync(Stream seed, string file)
    {
        await using (seed)
        {
            await using var output = File.Create(file);
            await seed.CopyToAsync(output, Cancel);
        }
    }
}
