using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// A server with just enough of the machine's protocol to take an agent through a task, strict in what it accepts and
/// able to misbehave: it records each request, and refuses what a real server would.
/// </summary>
internal sealed partial class MetadataServer : IAsyncDisposable
{
    public const string BootToken = "c0ffee00c0ffee00c0ffee00c0ffee00";
    public const string Secret = "planted-secret-7Gq";
    private readonly HashSet<string> _nonces = [];
    private readonly TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpTestServer? _http;

    /// <summary>The lines of <c>maas-task</c>, one after another; the last is repeated.</summary>
    public Queue<string> Tasks { get; } = new();

    public byte[]? Scripts { get; init; }

    public byte[] Image { get; init; } = [];

    /// <summary>The first request for the image is cut after this many bytes.</summary>
    public int? CutImageAt { get; set; }

    /// <summary>So many requests are answered 503 first.</summary>
    public int Unavailable { get; set; }

    /// <summary>What the server's clock shows beyond the host's.</summary>
    public TimeSpan ClockOffset { get; init; }

    public string CloudConfig { get; init; } = "datasource: {MAAS: {}}\n";

    /// <summary>SSH keys, one a line.</summary>
    public string PublicKeys { get; init; } = "";

    /// <summary>The steps of <c>maas-disk-plan</c>.</summary>
    public string DiskPlan { get; init; } = "";

    /// <summary>
    /// After a report that contains one of these, the next request is answered 503, as by a proxy whose server was killed.
    /// </summary>
    public IReadOnlyList<string> KilledAfter { get; init; } = [];

    /// <summary>What was reported as a web hook's events, as JSON.</summary>
    public ConcurrentQueue<string> Phases { get; } = [];

    public ConcurrentQueue<string> Requests { get; } = [];

    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Reports { get; } = [];

    /// <summary>Ends when the first report has come.</summary>
    public Task FirstReport => _reported.Task;

    public string Enlisted { get; private set; } = "";

    /// <summary>Whether it listens on IPv6, and not on IPv4.</summary>
    public bool OnIPv6 { get; init; }

    /// <summary>The address as the guest of a user-mode network sees it.</summary>
    public string GuestBase => $"http://{(OnIPv6 ? "[fec0::2]" : "10.0.2.2")}:{_http!.Port}/MAAS"; // StartAsync was called

    public async Task<MetadataServer> StartAsync()
    {
        _http = await HttpTestServer.StartAsync(AnswerAsync, OnIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback);
        return this;
    }

    public ValueTask DisposeAsync() => _http?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue($"{request.Method} {request.Path}{(request.Headers.Range.Count > 0 ? " " + request.Headers.Range : "")}");
        response.Headers.Date = (TimeProvider.System.GetUtcNow() + ClockOffset).ToString("r", CultureInfo.InvariantCulture);
        if (Unavailable > 0)
        {
            Unavailable--;
            response.StatusCode = 503;
            return;
        }

        var path = request.Path.Value!;
        if (path == "/MAAS/api/2.0/machines/" && request.Method == "POST")
        {
            using var reader = new StreamReader(request.Body);
            Enlisted = await reader.ReadToEndAsync();
            await response.WriteAsync("{}");
            return;
        }

        if (path == $"/MAAS/metadata/boot/{BootToken}/")
        {
            await response.WriteAsync($"system_id=abc123\nconsumer_key=ckey\ntoken_key=tkey\ntoken_secret={Secret}\n");
            return;
        }

        if (!IsSigned(request))
        {
            response.StatusCode = 401;
            await response.WriteAsync("Authorization Error: Expired timestamp");
            return;
        }

        await (path switch
        {
            "/MAAS/metadata/latest/maas-task" => response.WriteAsync(Tasks.Count > 1 ? Tasks.Dequeue() : Tasks.Peek()),
            "/MAAS/metadata/latest/maas-scripts" => ScriptsAsync(response),
            "/MAAS/metadata/latest/meta-data/public-keys" => response.WriteAsync(PublicKeys),
            "/MAAS/metadata/latest/maas-cloud-config" => response.WriteAsync(CloudConfig),
            "/MAAS/metadata/latest/maas-disk-plan" => response.WriteAsync(DiskPlan),
            "/MAAS/metadata/latest/maas-image" => ImageAsync(context),
            "/MAAS/metadata/status/abc123" => PhaseAsync(request),
            "/MAAS/metadata/2012-03-01/" => ReportAsync(request, response),
            _ => Task.FromResult(response.StatusCode = 404),
        });
    }

    private bool IsSigned(HttpRequest request)
    {
        var fields = OAuthField()
            .Matches(request.Headers.Authorization.ToString())
            .ToDictionary(match => match.Groups["name"].Value, match => Uri.UnescapeDataString(match.Groups["value"].Value));
        var now = (TimeProvider.System.GetUtcNow() + ClockOffset).ToUnixTimeSeconds();
        return fields.GetValueOrDefault("oauth_consumer_key") == "ckey" && fields.GetValueOrDefault("oauth_token") == "tkey"
            && fields.GetValueOrDefault("oauth_signature") == "&" + Secret
            && fields.GetValueOrDefault("oauth_signature_method") == "PLAINTEXT"
            && Math.Abs(now - long.Parse(fields["oauth_timestamp"], CultureInfo.InvariantCulture)) < 300
            && _nonces.Add(fields["oauth_nonce"]);
    }

    private Task ScriptsAsync(HttpResponse response)
    {
        if (Scripts is not null) return response.Body.WriteAsync(Scripts).AsTask();
        response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task ImageAsync(HttpContext context)
    {
        var (from, response) = (0, context.Response);
        if (context.Request.Headers.Range.Count > 0)
        {
            from = (int)RangeHeaderValue.Parse(context.Request.Headers.Range.ToString()).Ranges.First().From!.Value;
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {from}-{Image.Length - 1}/{Image.Length}";
        }

        response.ContentLength = Image.Length - from;
        if (CutImageAt is { } cut && from == 0)
        {
            CutImageAt = null;
            await response.Body.WriteAsync(Image.AsMemory(0, cut));
            await response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await response.Body.WriteAsync(Image.AsMemory(from));
    }

    private async Task PhaseAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var phase = await reader.ReadToEndAsync();
        Phases.Enqueue(phase);
        if (KilledAfter.Any(name => phase.Contains(name, StringComparison.Ordinal))) Unavailable = 1;
    }

    private async Task ReportAsync(HttpRequest request, HttpResponse response)
    {
        var form = await request.ReadFormAsync();
        var report = form.ToDictionary(field => field.Key, field => field.Value.ToString());
        foreach (var file in form.Files)
        {
            using var reader = new StreamReader(file.OpenReadStream());
            report["file:" + file.Name] = await reader.ReadToEndAsync();
        }

        Reports.Enqueue(report);
        _reported.TrySetResult();
        await response.WriteAsync("OK");
    }

    /// <summary>All reports, to be shown when a test fails.</summary>
    public string Told => string.Join('\n', Reports.Select(report => string.Join("; ", report.Select(part => $"{part.Key}={part.Value}"))));

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    [GeneratedRegex("(?<name>oauth_[a-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OAuthField();
}
