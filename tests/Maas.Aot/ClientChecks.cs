using System.Net;
using System.Text;
using Maas.Client;
using Maas.Client.Machines;

namespace Maas.Aot;

/// <summary>The client against a server in memory: every kind of answer that it reads.</summary>
internal static class ClientChecks
{
    public static async Task RunAsync()
    {
        using var server = new Answers();
        using var http = new HttpClient(server);
        using var client = new MaasClient(new Uri("http://127.0.0.1/MAAS"), MaasApiKey.Parse("c:t:s"), httpClient: http);

        server.Next = """[{"system_id":"4y3h7n","status":4,"tag_names":["ssd"],"zone":{"name":"z"},"interface_set":[{"id":"7"}]}]""";
        var count = 0;
        await foreach (var machine in client.Machines.ListAsync(new MaasMachineQuery { Tags = ["ssd"] }))
        {
            count++;
            Check.That(machine.Status == MaasMachineStatus.Ready);
            Check.That(machine.Interfaces[0].Id == 7);
            Check.Found(machine.Zone);
        }

        Check.That(count == 1);
        server.Next = """{"system_id":"4y3h7n","constraints_by_type":{"storage":{"root":[1]}}}""";
        var allocated = Check.Found(await client.Machines.AllocateAsync(new() { Storage = [new(20) { Label = "root" }] }));
        Check.That(Check.Found(allocated.ConstraintsByType).Storage["root"][0] == "1");
        server.Next = """{"count":1,"events":[{"id":5}]}""";
        Check.That((await client.Events.QueryAsync()).Events.Count == 1);
        server.Next = """{"power_address":"10.0.0.7"}""";
        Check.That((await client.Machines.GetPowerParametersAsync("4y3h7n")).Count == 1);
        server.Next = "true";
        Check.That((await client.Configuration.GetAsync("x")).GetBoolean());
        server.Next = """[{"level":"raid-1","virtual_device":{"size":1e9}}]""";
        await foreach (var raid in client.Raids.ListAsync("4y3h7n")) Check.That(raid.VirtualDevice?.Size == 1_000_000_000);
    }

    private sealed class Answers : HttpMessageHandler
    {
        public string Next { get; set; } = "";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(Next, Encoding.UTF8, "application/json"),
            });
    }
}
