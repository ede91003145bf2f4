using System.CommandLine;
using System.Net;
using System.Text;
using Maas.Client;
using Maas.Client.Machines;
using MaasNet.Commands;
using MaasNet.Output;

namespace MaasNet.Tests;

/// <summary>Waiting for machines of a server that answers as the test says.</summary>
public sealed class StatusWaitTests
{
    private readonly Queue<string> _lists = [];
    private readonly Dictionary<string, string> _refusals = new(StringComparer.Ordinal);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_that_was_deleted_is_not_waited_for()
    {
        _lists.Enqueue("[]");

        (await FailAsync("--wait")).Should().Be("one: it was deleted");
    }

    [Fact]
    public async Task A_deployment_that_was_aborted_is_not_waited_for()
    {
        _lists.Enqueue($"[{MachineOf("a", 10, "Allocated")}]");

        (await FailAsync("--wait")).Should().Be("one: Allocated: it was aborted, or something else was asked of it");
    }

    [Fact]
    public async Task The_machines_that_did_not_refuse_are_waited_for()
    {
        _refusals["b"] = "No image.";
        _lists.Enqueue($"[{MachineOf("a", 11, "Failed deployment")}]");

        (await FailAsync("--wait")).Should().Be("one: Failed deployment: broken\ntwo: No image.");
        _lists.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_wait_the_refusals_are_listed()
    {
        _refusals["b"] = "No image.";

        (await FailAsync()).Should().Be("two: No image.");
    }

    [Fact]
    public async Task A_timeout_ends_the_waiting()
    {
        for (var poll = 0; poll < 4; poll++) _lists.Enqueue($"[{MachineOf("a", 9, "Deploying")}]");

        (await FailAsync("--wait", "--timeout", "5")).Should().Be("one: still Deploying after 5 s");
        _lists.Should().HaveCountLessThan(3, "it asked again before");
    }

    private async Task<string> FailAsync(params string[] options)
    {
        using var http = new HttpClient(new Server(this));
        using var client = new MaasClient(new Uri("http://maas.example/MAAS"), MaasApiKey.Parse("a:b:c"), null, http);
        using var session = new Session(client, new Report(json: false));
        var command = new Command("deploy");
        var wait = new StatusWait(
            new ClockWithoutPauses(TimeSpan.FromSeconds(2)), command, "", MaasMachineStatus.Deployed, [MaasMachineStatus.Deploying]);
        (string, string)[] machines = _refusals.Count > 0 ? [("a", "one"), ("b", "two")] : [("a", "one")];
        var outcomes = new MachineOutcomes(session, machines);
        await outcomes.AskAsync((id, stop) => client.Machines.DeployAsync(id, new DeployFields(), stop), Token);
        await wait.RunAsync(session, command.Parse(options), outcomes, Token);
        return outcomes.Invoking(each => each.End()).Should().Throw<CommandFailedException>().Which.Message;
    }

    private static string MachineOf(string id, int status, string name) =>
        $$"""{"system_id":"{{id}}","hostname":"one","status":{{status}},"status_name":"{{name}}","status_message":"broken"}""";

    private sealed class Server(StatusWaitTests test) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.PathAndQuery; // a client sets it
            if (request.Method == HttpMethod.Post)
            {
                var refusal = test._refusals.FirstOrDefault(each => path.Contains($"/{each.Key}/", StringComparison.Ordinal)).Value;
                return Task.FromResult(refusal is null
                    ? Answer(HttpStatusCode.OK, MachineOf("a", 9, "Deploying"))
                    : Answer(HttpStatusCode.Conflict, refusal));
            }

            return Task.FromResult(path.Contains("op=explain", StringComparison.Ordinal)
                ? Answer(HttpStatusCode.BadRequest, "Unrecognised signature")
                : Answer(HttpStatusCode.OK, test._lists.Dequeue()));
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, string text) => new(status)
        {
            Content = new StringContent(
                text, Encoding.UTF8, text.StartsWith('{') || text.StartsWith('[') ? "application/json" : "text/plain"),
        };
    }
}
