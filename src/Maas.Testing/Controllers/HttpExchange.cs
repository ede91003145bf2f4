using System.Text;
using System.Text.Json.Nodes;

namespace Maas.Testing.Controllers;

/// <summary>A request to a simulated service.</summary>
internal sealed record HttpExchange(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const int LongestHead = 32 * 1024;
    private const int LongestBody = 1024 * 1024;

    /// <summary>Reads a request; null when the connection ended, or it is no request.</summary>
    public static async Task<HttpExchange?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (head.Length > LongestHead || await stream.ReadAsync(one, cancellationToken).ConfigureAwait(false) == 0) return null;
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var parts = lines[0].Split(' ');
        if (parts.Length != 3) return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
            if (line.Split(':', 2) is [var name, var value]) headers[name] = value.Trim();
        var length = headers.TryGetValue("Content-Length", out var text) && int.TryParse(text, out var number) ? number : 0;
        if (length is < 0 or > LongestBody) return null;
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
        return new HttpExchange(parts[0], parts[1], headers, body);
    }

    public JsonObject Json()
    {
        try
        {
            return JsonNode.Parse(Body) as JsonObject ?? [];
        }
        catch (System.Text.Json.JsonException)
        {
            return [];
        }
    }
}

/// <summary>The answer of a simulated service.</summary>
internal sealed record HttpAnswer(int Status, JsonNode? Body = null)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public byte[] ToBytes()
    {
        var body = Body is null ? [] : Encoding.UTF8.GetBytes(Body.ToJsonString());
        var head = new StringBuilder($"HTTP/1.1 {Status} Simulated\r\nContent-Length: {body.Length}\r\nConnection: close\r\n");
        if (Body is not null) head.Append("Content-Type: application/json\r\n");
        foreach (var (name, value) in Headers) head.Append($"{name}: {value}\r\n");
        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
    }
}
