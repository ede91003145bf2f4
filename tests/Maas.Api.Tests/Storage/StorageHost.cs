using System.Text;
using System.Text.Json;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Storage;

/// <summary>A host with one Ready machine that has four equal disks; the first one is the boot disk.</summary>
internal sealed class StorageHost : IAsyncDisposable
{
    public const long DiskSize = 1_000_000_001_024;

    private StorageHost(ApiHost host, Machine machine) => (Host, Machine) = (host, machine);

    public ApiHost Host { get; }

    public Machine Machine { get; }

    public string Path => $"nodes/{Machine.Id}/";

    public static ReadOnlyMemory<byte> Inventory { get; } = Encoding.UTF8.GetBytes(
        "maas-inventory\t1\nsystem\tmachine=x86_64\tfirmware=uefi\n" +
        "cpu\tcount=4\tcores=2\tsockets=1\tmax_mhz=3600\tmodel=CPU\nmemory\tkib=4194304\n" +
        string.Concat("abcd".Select(letter =>
            $"disk\tname=sd{letter}\tsize={DiskSize}\tblock=512\trotational=0\tremovable=0" +
            $"\tro=0\tbus=sata\tserial=S-{letter}\tmodel=D\n")) +
        "end\n");

    /// <summary>With nothing planned on the disks.</summary>
    public static async Task<StorageHost> StartAsync()
    {
        var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync(inventory: Inventory);
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=set_storage_layout", ("storage_layout", "blank"))).Expect(200);
        return new StorageHost(host, machine);
    }

    public Task<Reply> GetAsync(string path) => Host.GetAsync(Host.Bob, Path + path);

    public Task<Reply> PostAsync(string path, params (string Name, string Value)[] fields) =>
        Host.PostAsync(Host.Admin, Path + path, fields);

    public Task<Reply> PutAsync(string path, params (string Name, string Value)[] fields) => Host.PutAsync(Host.Admin, Path + path, fields);

    public Task<Reply> DeleteAsync(string path) => Host.DeleteAsync(Host.Admin, Path + path);

    /// <summary>The id of a disk.</summary>
    public async Task<string> DiskAsync(string name) =>
        (await GetAsync($"blockdevices/{name}/")).Expect(200).Json.GetProperty("id").GetRawText();

    public async Task<JsonElement> MachineAsync() =>
        (await Host.GetAsync(Host.Admin, $"machines/{Machine.Id}/")).Expect(200).Json;

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
