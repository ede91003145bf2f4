using System.Diagnostics;
using System.Security.Cryptography;
using Maas.Boot.Files;
using Maas.Judges;

namespace Maas.Boot.Tests.Tftp;

/// <summary>The clients that people have, fetching files from a directory over loopback.</summary>
public sealed class RealClientTests : IAsyncLifetime
{
    private const int Large = 40_000_000;

    private static readonly int[] Sizes = [0, 1, 511, 512, 513, 1468, 1468 * 8, 65_536];

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("tftp");
    private ServerUnderTest _server = null!; // InitializeAsync

    private string Port => _server.EndPoint.Port.ToString();

    private string Received => Path.Combine(_temporary.FullName, "received");

    public ValueTask InitializeAsync()
    {
        var served = _temporary.CreateSubdirectory("served");
        foreach (var size in Sizes.Append(Large))
            File.WriteAllBytes(Path.Combine(served.FullName, $"f{size}"), RandomNumberGenerator.GetBytes(size));
        _server = new ServerUnderTest(files: new DirectoryBootFiles(served.FullName));
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _temporary.Delete(recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--tftp-blksize 1468")]
    [InlineData("--tftp-blksize 8 --max-filesize 2000")]
    [InlineData("--tftp-blksize 65464")]
    [InlineData("--tftp-no-options")]
    public async Task Curl(string options)
    {
        var curl = Judge.Require("curl", "curl");
        // curl ends when it hears tsize 0, before a byte, and makes no file.
        foreach (var size in Sizes.Where(s => s > 0 && (s <= 2000 || !options.Contains("max-filesize", StringComparison.Ordinal))))
        {
            var verdict = await Run(curl, $"-sS {options} -o {Received} tftp://127.0.0.1:{Port}/f{size}");
            verdict.Approved();
            Compare(size);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("--tftp-blksize 1468")]
    public async Task Curl_fetches_more_than_65535_blocks(string options)
    {
        (await Run(Judge.Require("curl", "curl"), $"-sS {options} -o {Received} tftp://127.0.0.1:{Port}/f{Large}")).Approved();
        Compare(Large);
        (await _server.EndedAsync()).Outcome.Should().Be("completed");
    }

    [Theory]
    [InlineData("octet")]
    [InlineData("netascii")]
    public async Task Tftp_hpa(string mode)
    {
        var tftp = Judge.Require("tftp", "tftp-hpa");
        foreach (var size in Sizes)
        {
            (await Run(tftp, $"-m {mode} 127.0.0.1 {Port} -c get f{size} {Received}")).Approved();
            Compare(size);
        }
    }

    [Fact]
    public async Task Tftp_hpa_fetches_more_than_65535_blocks()
    {
        (await Run(Judge.Require("tftp", "tftp-hpa"), $"-m octet 127.0.0.1 {Port} -c get f{Large} {Received}")).Approved();
        Compare(Large);
    }

    [Theory]
    [InlineData("")]
    [InlineData("blksize 1468")]
    [InlineData("blksize 8192|windowsize 8")]
    [InlineData("tsize 0|blksize 1468|windowsize 4|timeout 3")]
    public async Task Atftp(string options)
    {
        var atftp = Judge.Require("atftp", "atftp");
        var asked = options.Split('|', StringSplitOptions.RemoveEmptyEntries).SelectMany(o => (string[])["--option", o]);
        foreach (var size in Sizes.Append(Large))
        {
            File.Delete(Received);
            (await Judge.RunAsync(
                atftp,
                [.. asked, "-g", "-r", $"f{size}", "-l", Received, "127.0.0.1", Port],
                cancellationToken: TestContext.Current.CancellationToken)).Approved();
            Compare(size);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-b 1468")]
    public async Task Busybox(string options)
    {
        var busybox = Judge.Require("busybox");
        foreach (var size in Sizes.Append(Large))
        {
            (await Run(busybox, $"tftp {options} -g -r f{size} -l {Received} 127.0.0.1 {Port}")).Approved();
            Compare(size);
        }
    }

    [Fact]
    public async Task A_missing_file_and_a_forbidden_name_are_told_in_words()
    {
        var curl = Judge.Require("curl", "curl");
        (await Run(curl, $"-v -o {Received} tftp://127.0.0.1:{Port}/nothing")).Error.Should().Contain("no such file: nothing");
        (await Run(curl, $"-v --path-as-is -o {Received} tftp://127.0.0.1:{Port}/../../etc/passwd")).Error.Should()
            .Contain("leaves its directory");
        var put = await Run(curl, $"-v -T {Path.Combine(_temporary.FullName, "served", "f1")} tftp://127.0.0.1:{Port}/new");
        put.Error.Should().Contain("read-only");
        put.ExitCode.Should().NotBe(0);
    }

    [Fact]
    public async Task Fifty_clients_at_once()
    {
        var curl = Judge.Require("curl", "curl");
        await Parallel.ForEachAsync(Enumerable.Range(0, 50), new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
        {
            var path = $"{Received}{i}";
            (await Run(curl, $"-sS --tftp-blksize 1468 -o {path} tftp://127.0.0.1:{Port}/f65536")).Approved();
            Compare(65_536, path);
        });
    }

    private static Task<Verdict> Run(string program, string arguments) =>
        Judge.RunAsync(
            program,
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            cancellationToken: TestContext.Current.CancellationToken);

    private void Compare(int size, string? received = null)
    {
        var expected = File.ReadAllBytes(Path.Combine(_temporary.FullName, "served", $"f{size}"));
        Debug.Assert(expected.Length == size);
        File.ReadAllBytes(received ?? Received).AsSpan().SequenceEqual(expected).Should().BeTrue($"{size} bytes were to come");
    }
}
