using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Library;
using Maas.Images.Simplestreams;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Downloads;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Images.Tests.Simplestreams;

/// <summary>A small mirror of MAAS's kind, signed with a real key, and a library to import it into.</summary>
internal sealed class SyntheticStreams : IAsyncDisposable
{
    public const string ContentId = "com.ubuntu.maas:stable:v3:download";
    private const string Products = $"streams/v1/{ContentId}";
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = Downloader.CreateClient();

    private SyntheticStreams(FileServer server, DateTimeOffset now) => (Server, Time) = (server, new FakeTimeProvider(now));

    public FileServer Server { get; }

    public SigningKey Key { get; } = new();

    public FakeTimeProvider Time { get; }

    public ImageLibrary Library => ImageLibrary.Open(_folder["library"], Time);

    public string LibraryPath => _folder["library"];

    public string Folder => _folder.Path;

    /// <param name="now">What its clock says; a day in 2030 unless given.</param>
    public static async Task<SyntheticStreams> StartAsync(DateTimeOffset? now = null) =>
        new(await FileServer.StartAsync(), now ?? new DateTimeOffset(2030, 6, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>One product of a release and architecture with versions of kernel, initrd and squashfs.</summary>
    public static JsonObject Product(
        string release,
        string arch,
        string label,
        params (string Version, (string Type, byte[] Content)[] Items)[] versions) => new()
    {
        ["os"] = "ubuntu", ["release"] = release, ["arch"] = arch, ["label"] = label, ["subarch"] = "ga-24.04", ["version"] = "24.04",
        ["versions"] = new JsonObject(versions.Select(version => KeyValuePair.Create(version.Version, (JsonNode?)new JsonObject
        {
            ["items"] = new JsonObject(version.Items.Select(item => KeyValuePair.Create(item.Type, (JsonNode?)new JsonObject
            {
                ["ftype"] = item.Type, ["path"] = $"{release}/{arch}/{version.Version}/{item.Type}", ["size"] = item.Content.Length,
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(item.Content)),
            }))),
        }))),
    };

    /// <summary>Puts the files there, and the metadata with their signatures, in the clear and detached.</summary>
    public void Publish(
        Dictionary<string, JsonObject> products, (string Path, byte[] Content)[] files, DateTimeOffset? updated = null,
        SigningKey? signer = null, Func<string, string>? edit = null, TimeSpan? lifetime = null, DateTimeOffset? indexUpdated = null,
        string? productsPath = null)
    {
        foreach (var (path, content) in files) Server.Files[path] = content;
        var (date, indexDate) = (Date(updated ?? Time.GetUtcNow()), Date(indexUpdated ?? updated ?? Time.GetUtcNow()));
        var body = new JsonObject
        {
            ["format"] = "products:1.0", ["content_id"] = ContentId, ["datatype"] = "image-downloads", ["updated"] = date,
            ["products"] = new JsonObject(products.Select(product => KeyValuePair.Create(product.Key, (JsonNode?)product.Value))),
        };
        foreach (var extension in (string[])[".sjson", ".json"])
        {
            var index = new JsonObject
            {
                ["format"] = "index:1.0", ["updated"] = indexDate,
                ["index"] = new JsonObject
                {
                    [ContentId] = new JsonObject
                    {
                        ["datatype"] = "image-downloads",
                        ["format"] = "products:1.0",
                        ["path"] = productsPath ?? Products + extension,
                        ["updated"] = indexDate
                    },
                    ["com.ubuntu.maas:ids"] = new JsonObject
                    {
                        ["datatype"] = "image-ids",
                        ["format"] = "products:1.0",
                        ["path"] = "streams/v1/absent.json"
                    },
                },
            };
            Sign($"streams/v1/index{extension}", index.ToJsonString(), signer ?? Key, edit, lifetime);
            Sign(Products + extension, body.ToJsonString(), signer ?? Key, edit, lifetime);
        }
    }

    public SimplestreamsSource Source(
        SimplestreamsFilter? filter = null,
        TimeSpan? maximumAge = null,
        string index = "streams/v1/index.sjson",
        int most = 32 << 20) => new()
    {
        Name = "streams",
        Mirrors = [Server.Address],
        Keyring = OpenPgpKeyring.Read(new MemoryStream(Key.Keyring(armored: false))),
        Filter = filter ?? new(),
        MaximumAge = maximumAge,
        Index = index,
        MostMetadataBytes = most,
    };

    public ImageImport Import(DownloadOptions? options = null) => new(Library, new Downloader(_http, options ?? Quick(), Time), Time);

    public static DownloadOptions Quick(int retries = 3) => new() { SegmentSize = 64 << 10, Retries = retries, RetryDelay = TimeSpan.Zero };

    /// <summary>Imports and returns the reports.</summary>
    public async Task<List<ImportProgress>> RunAsync(
        IImageSource? source = null,
        DownloadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        List<ImportProgress> reports = [];
        await foreach (var report in Import(options).RunAsync(source ?? Source(), cancellationToken)) reports.Add(report);
        return reports;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    private void Sign(string path, string text, SigningKey key, Func<string, string>? edit, TimeSpan? lifetime)
    {
        var at = Time.GetUtcNow() - TimeSpan.FromMinutes(5);
        if (path.EndsWith(".sjson", StringComparison.Ordinal))
        {
            var signed = key.Sign(text, at, lifetime: lifetime);
            Server.Files[path] = Encoding.UTF8.GetBytes(edit is null ? signed : edit(signed));
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        Server.Files[path] = edit is null ? bytes : Encoding.UTF8.GetBytes(edit(text));
        Server.Files[path + ".gpg"] = key.SignDetached(bytes, at, armored: true, lifetime);
    }

    private static string Date(DateTimeOffset time) => time.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
}
