using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Aot;

/// <summary>
/// A web application with <c>AddMaas</c> and the API, without a link: started, asked for a boot file that it does not have and for
/// documents of the API, and stopped.
/// </summary>
internal static class HostingChecks
{
    public static async Task RunAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMaasServer(maas => maas.DataDirectory = Path.Combine(folder, "host")).AddApi();
        await using var app = builder.Build();
        app.MapMaas();
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var answer = await client.GetAsync(new Uri("boot/none", UriKind.Relative));
        Check.That(answer.StatusCode == HttpStatusCode.NotFound);
        Check.That(File.Exists(Path.Combine(folder, "host", "maas.db")));
        await ApiAsync(client, Path.Combine(folder, "host", "admin.apikey"));
        await app.StopAsync();
    }

    private static async Task ApiAsync(HttpClient client, string keyFile)
    {
        var describe = await client.GetStringAsync(new Uri("MAAS/api/2.0/describe/", UriKind.Relative));
        Check.That(describe.Contains("MachinesHandler", StringComparison.Ordinal));

        var added = new Dictionary<string, string>
        {
            ["mac_addresses"] = "52:54:00:00:00:21",
            ["architecture"] = "amd64",
            ["power_type"] = "manual",
            ["commission"] = "false",
        };
        using var create = await SendAsync(HttpMethod.Post, "machines/", new FormUrlEncodedContent(added));
        Check.That(create.StatusCode == HttpStatusCode.OK, await create.Content.ReadAsStringAsync());
        using var list = await SendAsync(HttpMethod.Get, "machines/", null);
        using var machines = JsonDocument.Parse(await list.Content.ReadAsStreamAsync());
        Check.That(machines.RootElement[0].GetProperty("boot_interface").GetProperty("mac_address").GetString() == "52:54:00:00:00:21");

        Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content)
        {
            var key = File.ReadAllText(keyFile).Trim().Split(':');
            var request = new HttpRequestMessage(method, new Uri($"MAAS/api/2.0/{path}", UriKind.Relative)) { Content = content };
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            request.Headers.Add(
                "Authorization",
                $"OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", oauth_consumer_key=\"{key[0]}\", "
                    + $"oauth_token=\"{key[1]}\", oauth_signature=\"%26{key[2]}\", oauth_nonce=\"{Guid.CreateVersion7():N}\", "
                    + $"oauth_timestamp=\"{now}\"");
            return client.SendAsync(request);
        }
    }
}
