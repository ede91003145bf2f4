using System.Net;
using System.Text;
using Maas.Boot.Files;
using Maas.Boot.Scripts;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Scripts;

public class BootFileSourceTests
{
    private static readonly IPAddress Client = IPAddress.Parse("10.0.0.7"), Server = IPAddress.Parse("10.0.0.1");

    private readonly Policy _policy = new();
    private readonly Observer _observer = new();

    [Fact]
    public async Task A_script_is_written_from_the_policys_answer_at_that_moment()
    {
        _policy.Answer = new BootInstruction.Kernel("linux", [], "first");
        (await Read("ipxe/52-54-00-00-00-01")).Should().Contain("first");
        _policy.Answer = new BootInstruction.LocalDisk();
        (await Read("ipxe/52-54-00-00-00-01")).Should().Contain("sanboot");
    }

    [Fact]
    public async Task The_policy_is_asked_with_what_the_name_and_the_sender_tell()
    {
        _policy.Answer = new BootInstruction.LocalDisk();
        await Read("pxelinux.cfg/01-52-54-00-00-00-01");
        _policy.Asked.Should().Be(new BootRequest
        {
            Hardware = HardwareAddress.Parse("52:54:00:00:00:01"),
            Phase = BootPhase.Script,
            ClientAddress = Client,
            ServerAddress = Server,
            ScriptName = "pxelinux.cfg/01-52-54-00-00-00-01",
        });
    }

    [Fact]
    public async Task Without_an_answer_the_applications_file_of_that_name_is_served()
    {
        (await Read("ipxe/52-54-00-00-00-01")).Should().Be("application");
        (await Read("ipxe/52-54-00-00-00-02")).Should().BeNull();
    }

    [Fact]
    public async Task Other_names_do_not_trouble_the_policy()
    {
        (await Read("linux")).Should().Be("kernel");
        _policy.Asked.Should().BeNull();
    }

    [Fact]
    public async Task The_observer_hears_of_the_script_but_not_of_the_command_line()
    {
        _policy.Answer = new BootInstruction.Kernel("linux", ["initrd"], "maas.token=hush");
        await Read("grub/grub.cfg-01-52-54-00-00-00-01");
        _observer.Seen.Should().ContainSingle().Which.Should().BeOfType<BootObservation.ScriptServed>()
            .Which.Should().Match<BootObservation.ScriptServed>(s => s.Instruction == "kernel linux" && s.Client!.Equals(Client));
        _observer.Seen[0].ToString().Should().NotContain("hush");
    }

    [Fact]
    public async Task An_instruction_that_cannot_be_written_is_an_error_that_does_not_repeat_it()
    {
        _policy.Answer = new BootInstruction.Kernel("linux", [], "secret\nreboot");
        var act = () => Read("ipxe/52-54-00-00-00-01");
        (await act.Should().ThrowAsync<BootScriptException>()).Which.Message.Should().NotContain("secret");
        _observer.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task UBoot_which_takes_all_ram_disks_for_one_name_gets_them_joined_at_multiples_of_four_bytes()
    {
        (await Read("linux,/tools,linux")).Should().Be("kernel\0\0tools\0\0\0kernel");
        (await Read("linux,missing")).Should().BeNull();
        (await Read("linux,../linux")).Should().BeNull("a part is a name like any other");
        (await Read("linux,linux,linux,linux,linux")).Should().BeNull("at most four are joined");
        (await Read("a,b")).Should().Be("one file", "a file of that name goes before");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Joined_files_are_read_in_blocks_of_any_length(int length)
    {
        var source = new BootFileSource(_policy, new Files(), _observer, new FakeTimeProvider());
        using var file = await source.OpenAsync(new BootFileRequest("linux,tools", Client), TestContext.Current.CancellationToken);
        var text = new List<byte>();
        var block = Enumerable.Repeat((byte)'x', length).ToArray();
        while (await file!.ReadAsync(block, text.Count, TestContext.Current.CancellationToken) is var read and > 0)
            text.AddRange(block[..read]);
        Encoding.ASCII.GetString([.. text]).Should().Be("kernel\0\0tools");
    }

    [Fact]
    public async Task A_signed_GRUB_is_led_from_the_file_it_knows_to_its_machines_script()
    {
        (await Read("grub/grub.cfg")).Should().Contain("$net_default_mac").And.Contain(
            "source \"$prefix/grub.cfg-01-$a-$b-$c-$d-$e-$f\"\n").And.EndWith(
            "exit 1\n");
        _policy.Asked.Should().BeNull("it is the same for every machine");
        (await Read("grub/x86_64-efi/grub.cfg")).Should().BeNull("it is looked for first, and only where it exists taken");
    }

    private async Task<string?> Read(string name)
    {
        var source = new BootFileSource(_policy, new Files(), _observer, new FakeTimeProvider());
        using var file = await source.OpenAsync(new BootFileRequest(name, Client, Server), TestContext.Current.CancellationToken);
        if (file is null) return null;
        var bytes = new byte[file.Length];
        await file.ReadAsync(bytes, 0, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(bytes);
    }

    private sealed class Policy : IBootPolicy
    {
        public BootInstruction? Answer { get; set; }

        public BootRequest? Asked { get; private set; }

        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken)
        {
            Asked = question;
            return new(Answer);
        }
    }

    private sealed class Files : IBootFiles
    {
        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) => new(request.Name switch
        {
            "linux" => BootFile.FromBytes("kernel"u8.ToArray()),
            "tools" => BootFile.FromBytes("tools"u8.ToArray()),
            "a,b" => BootFile.FromBytes("one file"u8.ToArray()),
            "ipxe/52-54-00-00-00-01" => BootFile.FromBytes("application"u8.ToArray()),
            _ => null,
        });
    }

    private sealed class Observer : IBootObserver
    {
        public List<BootObservation> Seen { get; } = [];

        public void Observe(BootObservation observation) => Seen.Add(observation);
    }
}
