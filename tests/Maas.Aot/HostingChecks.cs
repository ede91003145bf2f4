using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Aot;

/// <summary>
/// A web application with <c>AddMaas</c>, without a link: started, asked for a boot file that it does not have, and stopped.
/// </summary>
internal static class HostingChecks
{
    public static async Task RunAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMaas(maas => maas.DataDirectory = Path.Combine(folder, "host"));
        await using var app = builder.Build();
        app.MapMaasBoot();
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var answer = await client.GetAsync(new Uri("boot/none", UriKind.Relative));
        Check.That(answer.StatusCode == HttpStatusCode.NotFound);
        Check.That(File.Exists(Path.Combine(folder, "host", "maas.db")));
        await app.StopAsync();
    }
}
