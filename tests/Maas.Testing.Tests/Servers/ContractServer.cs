using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Maas.Boot.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Maas.Testing.Tests.Servers;

/// <summary>
/// The server's side of the protocol between machine and server, as far as a test lets it: it believes nothing without the right signature.
/// </summary>
internal sealed partial class ContractServer : IAsyncDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef";
    private const string Consumer = "consumer", Key = "key", Secret = "s3cret";

    private readonly WebApplication _app;
    private int _redeemed;

    private ContractServer(WebApplication app) => _app = app;

    public string Base => $"{_app.Urls.First()}/MAAS";

    /// <summary>Lines of the next task sheet.</summary>
    public string Task { get; set; } = "task=none\n";

    public byte[]? Scripts { get; set; }

    public byte[] Image { get; set; } = [];

    /// <summary>The first request for the image is cut after this many bytes.</summary>
    public int? CutImageAt { get; set; }

    /// <summary>What arrived, as <c>METHOD path field=value …</c>.</summary>
    public ConcurrentQueue<string> Reports { get; } = [];

    public ConcurrentQueue<IPAddress> Clients { get; } = [];

    /// <summary>Answers 503 this many times before anything else.</summary>
    public int Unwell { get; set; }

    public static async Task<ContractServer> StartAsync(IBootFiles files)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ContractServer(app);
        app.Use(server.GuardAsync);
        server.Map(files);
        await app.StartAsync();
        return server;
    }

    public static byte[] Tar(params (string Name, string Content)[] files)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }

        return archive.ToArray();
    }

    /// <summary>A deploy sheet for the image, for a machine with that disk alone.</summary>
    public string DeploySheet(string format, string? sha256 = null, string disk = "vda", string serial = "", string uuid = "") =>
        "task=deploy\nimage_path=/MAAS/metadata/latest/maas-image\n"
        + $"image_sha256={sha256 ?? Convert.ToHexStringLower(SHA256.HashData(Image))}\nimage_size={Image.Length}\nimage_format={format}\n"
        + $"target_disk=name={disk}\tserial={serial}\nhardware_uuid={uuid}\nknown_disks=1\nknown_disk=name={disk}\tserial={serial}\n";

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        Clients.Enqueue(context.Connection.RemoteIpAddress!);
        if (Unwell > 0)
        {
            Unwell--;
            context.Response.StatusCode = 503;
            return;
        }

        var open = context.Request.Path.StartsWithSegments("/MAAS/metadata/boot")
            || context.Request.Path.StartsWithSegments("/MAAS/api")
            || context.Request.Path.StartsWithSegments("/MAAS/boot");
        var header = context.Request.Headers.Authorization.ToString();
        var signed = header.Contains($"oauth_consumer_key=\"{Consumer}\"")
            && header.Contains($"oauth_token=\"{Key}\"")
            && header.Contains($"oauth_signature=\"%26{Secret}\"")
            && long.TryParse(Timestamp().Match(header).Groups["at"].Value, out var at)
            && Math.Abs(DateTimeOffset.FromUnixTimeSeconds(at).Subtract(TimeProvider.System.GetUtcNow()).TotalSeconds) < 300;
        if (!open && !signed)
        {
            context.Response.StatusCode = 401;
            return;
        }

        await next(context);
    }

    private void Map(IBootFiles files)
    {
        _app.MapPost("/MAAS/api/2.0/machines/", (Delegate)TakeReportAsync);
        _app.MapGet("/MAAS/metadata/boot/{token}/", (string token) => token == Token && Interlocked.Exchange(ref _redeemed, 1) == 0
            ? Results.Text($"system_id=abc123\nconsumer_key={Consumer}\ntoken_key={Key}\ntoken_secret={Secret}\n")
                : Results.Text("unknown or used", statusCode: 404));
        _app.MapGet("/MAAS/boot/{**name}", async (string name) =>
        {
            using var file = await files.OpenAsync(new BootFileRequest(name, IPAddress.Loopback), default);
            if (file is null) return Results.NotFound();
            var bytes = new byte[file.Length];
            await file.ReadAsync(bytes, 0, default);
            return Results.Bytes(bytes);
        });
        var metadata = _app.MapGroup("/MAAS/metadata");
        metadata.MapGet("/latest/maas-task", () => Task);
        metadata.MapGet("/latest/maas-scripts", () => Scripts is null ? Results.NoContent() : Results.Bytes(Scripts, "application/x-tar"));
        metadata.MapGet("/latest/maas-image", (Delegate)SendImageAsync);
        metadata.MapGet("/latest/maas-cloud-config", () => CloudConfig());
        metadata.MapPost("/2012-03-01/", (Delegate)TakeReportAsync);
        metadata.MapGet("/2012-03-01/meta-data/instance-id", (HttpContext c) => Note(c, "abc123"));
        metadata.MapGet("/2012-03-01/meta-data/local-hostname", (HttpContext c) => Note(c, "happy-cow"));
        metadata.MapGet("/2012-03-01/meta-data/public-keys", (HttpContext c) => Note(c, "ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n"));
        metadata.MapGet("/2012-03-01/meta-data/vendor-data", (HttpContext c) => Note(c, "cloud-init: '#cloud-config'\n"));
        metadata.MapGet("/2012-03-01/user-data", (HttpContext c) => Note(c, null));
        metadata.MapPost("/status/abc123", async (HttpContext c) =>
        {
            using var json = await JsonDocument.ParseAsync(c.Request.Body);
            Reports.Enqueue($"webhook {json.RootElement.GetProperty("name")} "
                + $"{json.RootElement.GetProperty("event_type")}{(c.Request.ContentType is null ? "" : " with content type")}");
            return Results.StatusCode(204);
        });
    }

    private async Task<IResult> SendImageAsync(HttpContext context)
    {
        if (CutImageAt is not { } cut) return Results.Bytes(Image, enableRangeProcessing: true);
        CutImageAt = null;
        context.Response.ContentLength = Image.Length;
        await context.Response.Body.WriteAsync(Image.AsMemory(0, cut));
        await context.Response.Body.FlushAsync();
        context.Abort();
        return Results.Empty;
    }

    private string CloudConfig() => $$"""
        #cloud-config
        datasource_list: [ MAAS ]
        datasource:
          MAAS: { metadata_url: "{{Base}}/metadata/", consumer_key: "{{Consumer}}",
            token_key: "{{Key}}", token_secret: "{{Secret}}" }
        reporting:
          maas: { type: webhook, endpoint: "{{Base}}/metadata/status/abc123", consumer_key: "{{Consumer}}",
            token_key: "{{Key}}", token_secret: "{{Secret}}" }
        """;

    private IResult Note(HttpContext context, string? answer)
    {
        Reports.Enqueue("asked " + context.Request.Path.Value!["/MAAS/metadata/2012-03-01/".Length..]);
        return answer is null ? Results.NotFound() : Results.Text(answer);
    }

    private async Task<string> TakeReportAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var fields = form.SelectMany(f => f.Value, (f, value) => $"{f.Key}={value}");
        var files = form.Files.Select(f => $"[{f.Name}:{new StreamReader(f.OpenReadStream()).ReadToEnd().Trim()}]");
        Reports.Enqueue(string.Join(' ', fields.Concat(files)));
        return "OK";
    }

    [GeneratedRegex("oauth_timestamp=\"(?<at>[0-9]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Timestamp();
}
