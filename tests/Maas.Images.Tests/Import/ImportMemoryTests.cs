using System.Security.Cryptography;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Library;
using Maas.Images.Tests.Downloads;

namespace Maas.Images.Tests.Import;

/// <summary>Counts what the whole process allocates, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(ImportMemoryTests), DisableParallelization = true)]
[Collection(nameof(ImportMemoryTests))]
public sealed class ImportMemoryTests
{
    [Fact]
    public async Task A_large_file_takes_a_bounded_memory()
    {
        await using var server = await FileServer.StartAsync();
        using var folder = new TemporaryFolder();
        using var http = Downloader.CreateClient();
        var large = server.Files["large"] = new byte[96 << 20];
        Random.Shared.NextBytes(large.AsSpan(0, 1 << 20));
        var source = new UrlSource
        {
            Name = "large",
            Locations = [server["large"]],
            Hash = ContentHash.Parse(Convert.ToHexString(SHA256.HashData(large)))
        };
        var import = new ImageImport(
            ImageLibrary.Open(folder.Path), new Downloader(http, new() { Connections = 4, SegmentSize = 1 << 20 }));
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await foreach (var _ in import.RunAsync(source, TestContext.Current.CancellationToken))
        {
        }

        (GC.GetTotalAllocatedBytes(precise: true) - before).Should().BeLessThan(
            48 << 20, "buffers are used again; the server's own are in it too");
    }
}
