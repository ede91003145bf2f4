using System.Globalization;
using System.Security.Cryptography;
using Maas.Images.Tests.Ephemeral;
using Microsoft.AspNetCore.Http;

namespace Maas.Images.Tests.Downloads;

/// <summary>Files over HTTP on the loopback, with ranges and entity tags, and every way to be wrong.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private HttpTestServer? _http;

    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a name leads instead of to a file.</summary>
    public Dictionary<string, string> Redirects { get; } = new(StringComparer.Ordinal);

    /// <summary>Requests as <c>name bytes=0-</c>, in their order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Answers everything with this status.</summary>
    public int? Status { get; set; }

    /// <summary>When to ask again, in seconds, with <see cref="Status"/>.</summary>
    public int? RetryAfter { get; set; }

    /// <summary>Headers of every answer with a file.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    public bool HasRanges { get; set; } = true;

    /// <summary>The connection breaks after so many bytes of a body, so many times, each when the client has them (or at once).</summary>
    public (string Suffix, int After, int Times, Func<Task>? Arrived)? Cut { get; set; }

    /// <summary>So many bytes more than there are, without saying so.</summary>
    public int Oversize { get; set; }

    /// <summary>Called before an answer to a request is sent.</summary>
    public Func<string, Task>? Before { get; set; }

    public Uri Address => new(_http!.Address, "/files/");

    public static async Task<FileServer> StartAsync()
    {
        var server = new FileServer();
        server._http = await HttpTestServer.StartAsync(server.AnswerAsync);
        return server;
    }

    public Uri this[string name] => new(Address, name);

    public async ValueTask DisposeAsync()
    {
        if (_http is not null) await _http.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var name = context.Request.Path.Value!["/files/".Length..];
        var range = context.Request.Headers.Range.ToString();
        lock (Requests) Requests.Add($"{name} {range}".Trim());
        if (Before is { } before) await before(name);
        if (Redirects.TryGetValue(name, out var target))
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = target;
        }
        else if (Status is { } status)
        {
            context.Response.StatusCode = status;
            if (RetryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        else if (Files.TryGetValue(name, out var file)) await SendAsync(context, name, file, range);
        else context.Response.StatusCode = 404;
    }

    private async Task SendAsync(HttpContext context, string name, byte[] file, string range)
    {
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(file))[..16]}\"";
        context.Response.Headers.ETag = tag;
        foreach (var (header, value) in Headers) context.Response.Headers[header] = value;
        var (from, to) = (0, file.Length - 1);
        var condition = context.Request.Headers.IfRange.ToString();
        if (range.Length > 0 && HasRanges && (condition.Length == 0 || condition == tag))
        {
            var ends = range["bytes=".Length..].Split('-');
            from = int.Parse(ends[0], CultureInfo.InvariantCulture);
            if (ends[1].Length > 0) to = Math.Min(to, int.Parse(ends[1], CultureInfo.InvariantCulture));
            if (from >= file.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{to}/{file.Length}";
        }

        var body = file.AsMemory(from, to + 1 - from);
        if (Cut is ({ } suffix, var after, > 0 and var times, var arrived)
            && name.EndsWith(suffix, StringComparison.Ordinal)
            && body.Length > after)
        {
            Cut = (suffix, after, times - 1, arrived);
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body[..after]);
            await context.Response.Body.FlushAsync();
            if (arrived is not null) await arrived();
            context.Abort();
            return;
        }

        if (Oversize == 0) context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
        if (Oversize > 0) await context.Response.Body.WriteAsync(new byte[Oversize]);
    }
}
