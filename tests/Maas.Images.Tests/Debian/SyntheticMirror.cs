using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Maas.Images.Debian;
using Maas.Images.Tests.Ephemeral;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Images.Tests.Debian;

/// <summary>A small Debian archive over HTTP with a real signature, and every way to be wrong.</summary>
internal sealed class SyntheticMirror : IAsyncDisposable
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<string> _index = [];
    private readonly TemporaryFolder _folder = new();
    private HttpTestServer? _http;

    public SigningKey Key { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 6, 1, 12, 0, 0, TimeSpan.Zero))
    {
        AutoAdvanceAmount = TimeSpan.Zero
    };

    public List<string> Requests { get; } = [];

    /// <summary>The connection is cut after so many bytes of a file, once, when the client has said that it has them.</summary>
    public (string Suffix, int After, Task Arrived)? Cut { get; set; }

    /// <summary>
    /// So many requests for such a file are taken and not answered; five minutes pass in the client's time while it waits.
    /// </summary>
    public (string Suffix, int Times)? Silent { get; set; }

    /// <summary>So many more bytes are sent than the index says.</summary>
    public int Oversize { get; set; }

    public string CacheDirectory { get; set; } = "";

    public string Cache => CacheDirectory.Length > 0 ? CacheDirectory : _folder["cache"];

    public void Add(string name, string version, byte[] deb, string more = "")
    {
        var path = $"pool/{name}_{version}.deb";
        _files[path] = deb;
        _index.Add($"Package: {name}\nVersion: {version}\nArchitecture: amd64\n{more}Filename: {path}\nSize: {deb.Length}\nSHA256: " +
            $"{Hash(deb)}\n");
    }

    /// <summary>Writes the index and signs the Release file over it.</summary>
    public void Publish(Func<string, string>? edit = null, SigningKey? signer = null, string more = "")
    {
        var packages = Encoding.UTF8.GetBytes(string.Join("\n", _index));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(packages);
        _files["dists/test/main/binary-amd64/Packages.gz"] = packed.ToArray();
        var date = (Time.GetUtcNow() - TimeSpan.FromHours(1)).ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        var release =
            $"Origin: Test\nSuite: test\nCodename: testing\nDate: {date} UTC\n{more}SHA256:\n {Hash(packages)} {packages.Length} " +
            $"main/binary-amd64/Packages\n {Hash(packed.ToArray())} {packed.Length} main/binary-amd64/Packages.gz\n";
        var signed = (signer ?? Key).Sign(release, Time.GetUtcNow() - TimeSpan.FromHours(1));
        _files["dists/test/InRelease"] = Encoding.UTF8.GetBytes(edit is null ? signed : edit(signed));
    }

    public void Corrupt(string suffix)
    {
        var file = _files[_files.Keys.Single(name => name.EndsWith(suffix, StringComparison.Ordinal))];
        file[file.Length / 2] ^= 0x40;
    }

    public async Task<DebianArchive> OpenAsync(bool armored = false, string suite = "test", int retries = 2)
    {
        _http ??= await HttpTestServer.StartAsync(AnswerAsync);
        await File.WriteAllBytesAsync(_folder["keyring"], Key.Keyring(armored));
        return new DebianArchive(
            new()
            {
                Sources = [new() { Mirror = new Uri(_http.Address, "/debian"), Suite = suite, Keyring = _folder["keyring"] }],
                CacheDirectory = Cache,
                Retries = retries,
                RetryDelay = TimeSpan.Zero,
            },
            Client,
            Time);
    }

    public async ValueTask DisposeAsync()
    {
        if (_http is not null) await _http.DisposeAsync();
        Client.Dispose();
        _folder.Dispose();
    }

    private HttpClient Client { get; } = new();

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private async Task AnswerAsync(HttpContext context)
    {
        var name = context.Request.Path.Value!["/debian/".Length..];
        var range = context.Request.Headers.Range.ToString();
        lock (Requests) Requests.Add($"{name} {range}".Trim());
        if (Silent is ({ } suffix, > 0 and var times) && name.EndsWith(suffix, StringComparison.Ordinal))
        {
            Silent = (suffix, times - 1);
            // The request is here, so the client waits already: its patience is over now.
            Time.Advance(TimeSpan.FromMinutes(5));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }

        if (!_files.TryGetValue(name, out var file))
        {
            context.Response.StatusCode = 404;
            return;
        }

        var from = range.Length > 0 ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        if (from > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{file.Length - 1}/{file.Length}";
        }

        if (Cut is { } cut && name.EndsWith(cut.Suffix, StringComparison.Ordinal) && from < cut.After)
        {
            Cut = null;
            context.Response.ContentLength = file.Length - from;
            await context.Response.Body.WriteAsync(file.AsMemory(from, cut.After - from));
            await context.Response.Body.FlushAsync();
            await cut.Arrived;
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(file.AsMemory(from));
        if (Oversize > 0 && name.EndsWith(".deb", StringComparison.Ordinal)) await context.Response.Body.WriteAsync(new byte[Oversize]);
    }
}
