using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Hosting.BootHttp.Isos;
using Maas.Images.Library;
using Maas.Images.Tests;
using Maas.Install.Recipes;
using Maas.Install.Templates;
using Maas.Judges;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests.BootHttp.Isos;

/// <summary>An ISO that is served with the answer files of a machine: which bytes, to which client, and for how long.</summary>
public class MachineIsoTests
{
    private const string Template =
        "name={{ machine.hostname }}\nsecret={{ credentials.token_secret | quote.sh }}\nreport={{ server.status_url }}\n";

    private static readonly InstallRecipe Recipe = PatchedIso.Create(
        "custom", "appliance", "iso/sample.iso",
        new InstallerIsoChange.AnswerFile("answers.txt", "custom/answers"),
        new InstallerIsoChange.InitialRamDisk("initrd", "etc/answers.txt", "custom/answers"),
        new InstallerIsoChange.Replacement("isolinux/txt.cfg", "---", "host={hostname} answers={answers}/answers.txt {options} ---"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_ranges_of_a_machines_ISO_are_of_the_same_bytes_although_the_template_changes()
    {
        await using var server = await StartAsync();
        using var client = new HttpClient();
        var machine = await DeployAsync(server, 1);
        var url = await UrlAsync(server, machine);

        var (length, tag) = await HeadAsync(client, url);
        var first = await RangeAsync(client, url, 0, 999_999);
        await SaveAsync(server, "another text {{ machine.hostname }}\n");
        var iso = await client.GetByteArrayAsync(url, Token);

        (iso.Length, (await HeadAsync(client, url)).Tag).Should().Be(((int)length, tag));
        iso.AsSpan(0, first.Length).SequenceEqual(first).Should().BeTrue();
        (await RangeAsync(client, url, length - 70_001, length - 1)).Should().Equal(iso[^70_001..]);
        var key = (await server.Get<MachineTokens>().GetAsync(machine.Id, Token))!;
        var text = $"name={machine.Hostname}\nsecret='{key.TokenSecret.Reveal()}'\nreport={server.Base}metadata/status/{machine.Id}\n";
        (await SampleIso.ReadAsync(iso, "answers.txt")).Should().Be(text);
        (await SampleIso.ReadAsync(iso, "initrd")).Should().Contain("etc/answers.txt").And.Contain(text);
        (await SampleIso.ReadAsync(iso, "isolinux/txt.cfg")).Should().MatchRegex(
            $"^append initrd=/initrd host={machine.Hostname} answers={server.Base}metadata/latest/install/[A-Za-z0-9]+/answers.txt  --- "
            + "quiet # na\u00efve, and host=");

        var next = await client.GetByteArrayAsync(await UrlAsync(server, machine), Token);
        (await SampleIso.ReadAsync(next, "answers.txt")).Should().Be($"another text {machine.Hostname}\n", "it is another boot");
        server.Get<MachineIsos>().Count.Should().Be(1, "the former boot is over");
    }

    [Fact]
    public async Task Machines_that_read_at_once_get_each_their_own_and_the_file_stays_as_it_was()
    {
        await using var server = await StartAsync();
        var before = await HashAsync(server);
        using var client = new HttpClient();
        List<(Machine Machine, Uri Url)> all = [];
        for (var number = 1; number <= 6; number++)
        {
            var machine = await DeployAsync(server, number);
            all.Add((machine, await UrlAsync(server, machine)));
        }

        var isos = await Task.WhenAll(all.Select(async each =>
        {
            // Firmware reads one range after the other, from the first request on at the same time as that of other machines.
            var (length, _) = await HeadAsync(client, each.Url);
            var iso = new byte[length];
            await Parallel.ForAsync(0L, (length + 262_143) / 262_144, Token, async (part, cancel) =>
            {
                var bytes = await RangeAsync(client, each.Url, part * 262_144, Math.Min((part + 1) * 262_144, length) - 1);
                bytes.CopyTo(iso.AsMemory((int)part * 262_144));
            });
            return iso;
        }));

        foreach (var (each, iso) in all.Zip(isos))
            (await SampleIso.ReadAsync(iso, "answers.txt")).Should().StartWith($"name={each.Machine.Hostname}\n");
        isos.Select(SHA256.HashData).Select(Convert.ToHexString).Should().OnlyHaveUniqueItems();
        (await HashAsync(server)).Should().Be(before);
    }

    [Fact]
    public async Task Another_client_gets_none_of_it_before_and_after_the_machine()
    {
        await using var server = await StartAsync();
        var machine = await DeployAsync(server, 1);
        var url = await UrlAsync(server, machine);
        using var own = new HttpClient();
        using var another = ClientAt(IPAddress.Parse("127.0.0.9"));

        (await StatusAsync(another, url)).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(own, url)).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(another, url)).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(own, new Uri(url, "other.iso"))).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(own, new Uri(server.Base, "boot/install-iso/-/sample.iso"))).Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(own, new Uri(server.Base, $"boot/install-iso/{machine.Id}/sample.iso"))).Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task It_ends_with_the_installation_and_what_is_read_of_it_is_read_to_the_end()
    {
        await using var server = await StartAsync();
        using var client = new HttpClient();
        var machine = await DeployAsync(server, 1);
        var url = await UrlAsync(server, machine);
        (await StatusAsync(client, url)).Should().Be(HttpStatusCode.OK);
        var request = new IsoRequest(new Secret(url.Segments[^2].TrimEnd('/')), "sample.iso", IPAddress.Loopback, null, null);
        var found = (await server.Get<MachineIsos>().OpenAsync(request, Token)).Should().BeOfType<IsoResult.Found>().Subject;

        await server.Get<Machines>().ReportAsync(machine.Id, new MachineReport.NetbootOff(), Token);

        (await StatusAsync(client, url)).Should().Be(HttpStatusCode.NotFound, "it boots from its disk now");
        server.Get<MachineIsos>().Count.Should().Be(0);
        var bytes = new byte[100_000];
        (await found.File.ReadAsync(bytes, found.File.Length - bytes.Length, Token)).Should().Be(bytes.Length);
        found.File.Dispose();
        (await StatusAsync(client, await UrlAsync(server, machine))).Should().Be(HttpStatusCode.NotFound, "no new token helps");
    }

    [Fact]
    public async Task An_ISO_that_cannot_be_made_is_an_event_of_the_machine_and_an_answer_without_secrets()
    {
        await using var server = await StartAsync();
        using var client = new HttpClient();
        var machine = await DeployAsync(server, 1);

        var stored = (await server.Get<TemplateLibrary>().ListAsync(Token)).Single();
        (await server.Get<TemplateLibrary>().DeleteAsync(stored.Id, "ann", Token)).Should().BeOfType<TemplateEdit.Done>();
        (await RefusalAsync()).Should().Contain("custom/answers");
        await SaveAsync(server, Template);
        await File.WriteAllTextAsync(IsoOf(server), "no ISO");
        (await RefusalAsync()).Should().StartWith("iso/sample.iso: ");
        File.Delete(IsoOf(server));
        (await RefusalAsync()).Should().Be("iso/sample.iso: The boot files of this host have no such ISO.");

        async Task<string> RefusalAsync()
        {
            using var answer = await client.GetAsync(await UrlAsync(server, machine), Token);
            answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
            var reason = await answer.Content.ReadAsStringAsync(Token);
            var key = (await server.Get<MachineTokens>().GetAsync(machine.Id, Token))!;
            reason.Should().NotContain(key.TokenSecret.Reveal());
            var events = await server.Get<EventLog>().QueryAsync(new EventQuery { MachineIds = [machine.Id] }, Token);
            events.Select(each => each.Note.Description).Should().Contain(reason);
            return reason;
        }
    }

    [Fact]
    public async Task An_ISO_of_the_image_library_is_served_and_no_log_line_has_a_secret()
    {
        using var log = new ErrorLog(LogLevel.Trace);
        var digest = "";
        await using var server = await StartAsync(log, async services =>
        {
            using var folder = new TemporaryFolder();
            await SampleIso.WriteAsync(folder["sample.iso"]);
            digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(folder["sample.iso"], Token)));
            services.AddMaasInstall(Recipe with { Series = "stored", Iso = Recipe.Iso! with { File = $"sha256:{digest}" } });
        });
        await using (var iso = File.OpenRead(IsoOf(server))) await server.Get<ImageLibrary>().AddAsync(iso, "test", Token);
        using var client = new HttpClient();
        var machine = await DeployAsync(server, 1, "stored");
        var url = await UrlAsync(server, machine, "image.iso");

        var bytes = await client.GetByteArrayAsync(url, Token);

        (await SampleIso.ReadAsync(bytes, "answers.txt")).Should().StartWith($"name={machine.Hostname}\n");
        var key = (await server.Get<MachineTokens>().GetAsync(machine.Id, Token))!;
        var secret = url.Segments[^2].TrimEnd('/');
        // ASP.NET Core's own lines at Information have URLs, as of all one-time tokens.
        log.Errors.Where(line => line.StartsWith("Maas.", StringComparison.Ordinal)).Should().NotBeEmpty()
            .And.NotContain(line => line.Contains(key.TokenSecret.Reveal()) || line.Contains(secret));
        (await server.Get<ReceivedBootFiles>().ListAsync(machine.Id, Token)).Should().ContainSingle(file => file.Name == "answers.txt")
            .Which.Text.Should().Contain($"secret='{InstallFacts.Hidden}'");
    }

    [Fact]
    public async Task Xorriso_lists_the_machines_ISO_and_extracts_its_files()
    {
        Judge.Require("xorriso");
        await using var server = await StartAsync();
        using var client = new HttpClient();
        using var folder = new TemporaryFolder();
        var machine = await DeployAsync(server, 1);
        await File.WriteAllBytesAsync(folder["iso"], await client.GetByteArrayAsync(await UrlAsync(server, machine), Token), Token);

        var verdict = await Judge.RunAsync(
            "xorriso",
            ["-abort_on", "WARNING", "-osirrox", "on", "-indev", folder["iso"], "-find", "/", "--", "-extract", "/", folder["out"]],
            cancellationToken: Token);

        verdict.Approved().Output.Should().ContainAll("'/answers.txt'", "'/packages.bin'");
        (await File.ReadAllTextAsync(folder["out/answers.txt"], Token)).Should().StartWith($"name={machine.Hostname}\n");
        (await File.ReadAllTextAsync(folder["out/isolinux/txt.cfg"], Encoding.Latin1, Token)).Should().Contain($"host={machine.Hostname} ");
    }

    private static async Task<ComposedServer> StartAsync(ILoggerProvider? log = null, Func<IServiceCollection, Task>? more = null)
    {
        var server = await ComposedServer.StartAsync(null, log, services =>
        {
            services.AddMaasInstall(Recipe);
            more?.Invoke(services).GetAwaiter().GetResult();
        });
        Directory.CreateDirectory(Path.GetDirectoryName(IsoOf(server))!); // it is below a folder
        await SampleIso.WriteAsync(IsoOf(server));
        await SaveAsync(server, Template);
        return server;
    }

    private static string IsoOf(ComposedServer server) => Path.Combine(server.Get<MaasOptions>().ProgramDirectory, "iso", "sample.iso");

    private static async Task<string> HashAsync(ComposedServer server) =>
        Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(IsoOf(server), Token)));

    private static async Task SaveAsync(ComposedServer server, string text)
    {
        var saved = await server.Get<TemplateLibrary>().SaveAsync(new TemplateDraft("custom/answers", text), "ann", Token);
        saved.Should().BeOfType<TemplateEdit.Done>();
    }

    private static async Task<Machine> DeployAsync(ComposedServer server, int number, string series = "appliance")
    {
        var machines = server.Get<Machines>();
        var created = await machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse($"52:54:00:12:34:{number:x2}")] });
        var id = created.Should().BeOfType<CreateResult.Created>().Which.Machine.Id;
        await machines.ExecuteAsync(id, new MachineCommand.Accept(), cancellationToken: Token);
        var inventory = "maas-inventory\t1\ncpu\tcount=2\nmemory\tkib=2048\ndisk\tname=vda\tserial=S1\tsize=4294967296\nend\n"u8.ToArray();
        foreach (var script in await server.Get<ScriptResults>().PendingAsync(id))
        {
            await server.Get<ScriptResults>().ReportAsync(
                id,
                new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = new ScriptOutput(inventory, inventory, default) },
                Token);
        }

        await machines.ReportAsync(id, new MachineReport.Signal(SignalReport.Ok, null), Token);
        var deployed = await machines.DeployAsync(
            id, new DeployRequest { Owner = "ann", OsSystem = "custom", DistroSeries = series }, cancellationToken: Token);
        return deployed.Should().BeOfType<CommandResult.Done>().Which.Machine;
    }

    private static async Task<Uri> UrlAsync(ComposedServer server, Machine machine, string name = "sample.iso")
    {
        var token = await server.Get<BootTokens>().IssueForInstallerAsync(machine.Id, IPAddress.Loopback, null, Token);
        return new Uri(server.Base, $"boot/install-iso/{token!.Value.Reveal()}/{name}"); // the machine is there
    }

    private static async Task<(long Length, string Tag)> HeadAsync(HttpClient client, Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, url);
        using var answer = await client.SendAsync(request, Token);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Headers.AcceptRanges.Should().Equal("bytes");
        return (answer.Content.Headers.ContentLength!.Value, answer.Headers.ETag!.Tag); // both are sent
    }

    private static async Task<byte[]> RangeAsync(HttpClient client, Uri url, long from, long to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = new RangeHeaderValue(from, to);
        using var answer = await client.SendAsync(request, Token);
        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        return await answer.Content.ReadAsByteArrayAsync(Token);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri url)
    {
        using var answer = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, Token);
        return answer.StatusCode;
    }

    private static HttpClient ClientAt(IPAddress address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
