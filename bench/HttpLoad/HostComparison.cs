using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HttpLoad;

/// <summary>
/// What <c>AddMaas</c> costs a host's own endpoints: the same endpoint in a host with it and in one without, asked in turn.
/// </summary>
internal static class HostComparison
{
    private const string Answer = "hello";

    public static async Task RunAsync(int rounds, int connections, int requests)
    {
        var folder = Directory.CreateTempSubdirectory("maas-hosts");
        var expected = Path.Combine(folder.FullName, "expected");
        await File.WriteAllTextAsync(expected, Answer);
        var sample = FileSample.Of(expected);
        await using var without = await StartAsync(services => services.AddSingleton(TimeProvider.System));
        await using var with =
            await StartAsync(services => services.AddMaasServer(maas => maas.DataDirectory = Path.Combine(folder.FullName, "maas")));
        (string Name, WebApplication Host, List<double> Rates)[] hosts = [("without AddMaas", without, []), ("with AddMaas", with, [])];
        for (var round = -1; round < rounds; round++)
        {
            foreach (var (name, host, rates) in round % 2 == 0 ? hosts : [.. Enumerable.Reverse(hosts)])
            {
                var rate = Measure(new Uri(host.Urls.Single()), sample, connections, requests);
                if (round < 0) continue; // warm-up
                rates.Add(rate);
                Console.WriteLine($"round {round + 1}  {name,-16} {rate,8:F0} requests/s");
            }
        }

        foreach (var (name, _, rates) in hosts) Console.WriteLine($"median   {name,-16} {Median(rates),8:F0} requests/s");
        Console.WriteLine($"with AddMaas: {(Median(hosts[1].Rates) / Median(hosts[0].Rates)) - 1:+0.0%;-0.0%}");
        folder.Delete(recursive: true);
    }

    private static async Task<WebApplication> StartAsync(Action<IServiceCollection> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure(builder.Services);
        var host = builder.Build();
        host.MapGet("/", () => Results.Bytes(Encoding.ASCII.GetBytes(Answer))); // with a length, which the load generator reads by
        await host.StartAsync();
        return host;
    }

    private static double Measure(Uri url, FileSample sample, int connections, int requests)
    {
        var clients = Enumerable.Range(0, connections).Select(_ => new LoadClient(url, sample, requests / connections)).ToList();
        var clock = Stopwatch.StartNew();
        foreach (var client in clients) client.Start();
        foreach (var client in clients) client.Join();
        if (clients.Select(c => c.Failure).FirstOrDefault(f => f is not null) is { } failure) throw new InvalidOperationException(failure);
        return clients.Sum(c => c.Fetched) / clock.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> rates) => rates.Order().ElementAt(rates.Count / 2);
}
