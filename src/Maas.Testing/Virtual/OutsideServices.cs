using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Files;

namespace Maas.Testing.Virtual;

/// <summary>The application's boot policy, whose answers continue on the network's loop.</summary>
internal sealed class OutsidePolicy(NetworkLoop loop, IBootPolicy policy) : IBootPolicy
{
    public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) =>
        loop.OutsideAsync(
            $"the boot policy's decision for {question.Hardware}", () => policy.DecideAsync(question, cancellationToken));
}

/// <summary>The application's boot files, whose answers continue on the network's loop.</summary>
internal sealed class OutsideFiles(NetworkLoop loop, IBootFiles files) : IBootFiles
{
    public async ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken)
    {
        var file = await loop.OutsideAsync($"the opening of {request.Name}", () => files.OpenAsync(request, cancellationToken))
            .ConfigureAwait(false);
        return file is null ? null : new OutsideFile(loop, file, request.Name);
    }

    private sealed class OutsideFile(NetworkLoop loop, BootFile file, string name) : BootFile
    {
        public override long Length => file.Length;

        public override string? EntityTag => file.EntityTag;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
            loop.OutsideAsync($"the reading of {name}", () => file.ReadAsync(buffer, offset, cancellationToken));

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>The application's addresses, whose answers continue on the network's loop.</summary>
internal sealed class OutsideAddresses(NetworkLoop loop, IAddressSource addresses) : IAddressSource
{
    public ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken) =>
        loop.OutsideAsync("the source of addresses", () => addresses.AskAsync(question, cancellationToken));

    public async ValueTask CommitAsync(CancellationToken cancellationToken) =>
        await loop.OutsideAsync("the commit of leases", async () =>
        {
            await addresses.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
}

/// <summary>The application's IPv6 addresses, whose answers continue on the network's loop.</summary>
internal sealed class OutsideAddresses6(NetworkLoop loop, IAddressSource6 addresses) : IAddressSource6
{
    bool IAddressSource6.IsStateless => addresses.IsStateless;

    Dhcp6Subnet? IAddressSource6.SubnetOf(IPAddress address) => addresses.SubnetOf(address);

    ValueTask<AssociationResult> IAddressSource6.AskAsync(Dhcp6Subnet subnet, AssociationRequest question) =>
        loop.OutsideAsync("the source of IPv6 addresses", () => addresses.AskAsync(subnet, question));

    async ValueTask IAddressSource6.CommitAsync(CancellationToken cancellationToken) =>
        await loop.OutsideAsync("the commit of IPv6 leases", async () =>
        {
            await addresses.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
}
