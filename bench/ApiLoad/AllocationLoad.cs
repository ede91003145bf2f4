using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Maas.Core.Accounts;

namespace ApiLoad;

/// <summary>How long one client waits for an allocation and for the release after it, over HTTP, among many Ready machines.</summary>
internal static class AllocationLoad
{
    private static readonly (string Name, (string, string)[] Fields)[] Requests =
    [
        ("no constraints", []),
        ("cpu_count, mem, arch, zone", [("cpu_count", "40"), ("mem", "32768"), ("arch", "amd64"), ("zone", "default")]),
        ("storage=root:400(ssd),data:900(ssd)", [("storage", "root:400(ssd),data:900(ssd)")]),
        ("interfaces=0:fabric=fabric-0", [("interfaces", "0:fabric=fabric-0")]),
        ("storage=1000,1000, none fits", [("storage", "1000,1000")]),
        ("storage=1(nvme), none fits", [("storage", "1(nvme)")]),
        ("cpu_count=1000, none fits", [("cpu_count", "1000")]),
    ];

    /// <summary>Measures, and prints a table.</summary>
    public static Task RunAsync(int port, int machines, string directory, int rounds) =>
        LoadedServer.RunAsync(port, machines, directory, async (app, key) =>
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/MAAS/api/2.0/") };
            Console.WriteLine($"| allocation among {machines} Ready machines | allocate, median | 95 % | release, median |");
            Console.WriteLine("|---|---|---|---|");
            foreach (var (name, fields) in Requests)
            {
                List<double> allocations = [], releases = [];
                for (var round = -5; round < rounds; round++) // the first ones warm up
                {
                    var (took, id) = await SendAsync(client, key, "machines/?op=allocate", fields);
                    if (round >= 0) allocations.Add(took);
                    if (id is null) continue;
                    (took, _) = await SendAsync(client, key, $"machines/{id}/?op=release", []);
                    if (round >= 0) releases.Add(took);
                }

                Console.WriteLine($"| `{name}` | {At(allocations, 0.5)} | {At(allocations, 0.95)} | {At(releases, 0.5)} |");
            }
        });

    private static string At(List<double> times, double part)
    {
        times.Sort();
        return times.Count == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{times[(int)(part * (times.Count - 1))]:0.0} ms");
    }

    private static async Task<(double Milliseconds, string? Id)> SendAsync(
        HttpClient client, ApiKey key, string path, (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        var nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"OAuth oauth_nonce=\"{nonce}\", oauth_timestamp=\"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}\", "
            + "oauth_version=\"1.0\", "
            + $"oauth_signature_method=\"PLAINTEXT\", oauth_consumer_key=\"{key.ConsumerKey}\", oauth_token=\"{key.TokenKey}\", "
            + $"oauth_signature=\"%26{key.TokenSecret.Reveal()}\"");
        var start = Stopwatch.GetTimestamp();
        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if ((int)response.StatusCode == 409) return (took, null);
        response.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(body);
        return (took, json.RootElement.GetProperty("system_id").GetString());
    }
}
