using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Dhcp4.Server;

// From the decisions to the end of a transaction. Each one is concluded once, whatever fails on its way.
internal sealed partial class DhcpRequestHandler
{
    private void Compose(DhcpTransaction transaction, AddressRequestKind kind, in AddressResult address, BootParameters? boot)
    {
        if (_addresses is null)
        {
            ComposeAsProxy(transaction, boot);
            return;
        }

        var request = transaction.Request;
        transaction.Rule = address.Rule;
        transaction.IsUnserved = address.IsUnplaced || kind == AddressRequestKind.Discover;
        if (address.Limit is { } limit) _telemetry.Limited(request, limit);
        if (DhcpResponder.Respond(request, new DhcpResponseContext(ServerIdentifier(transaction), address, boot), transaction.Reply))
            Address(
                transaction,
                ReplyRoute.For(request, transaction.Reply, transaction.Source, transaction.Link.Ports),
                address.Subnet?.Network);
    }

    private void ComposeAsProxy(DhcpTransaction transaction, BootParameters? boot)
    {
        var (request, reply, link) = (transaction.Request, transaction.Reply, transaction.Link);
        if (!DhcpResponder.RespondAsProxy(request, link.ServerIPv4, boot, link.IsBootService, reply))
        {
            transaction.Rule = boot is null ? "the policy has nothing for it" : "not asked for a boot file";
            return;
        }

        if (_options.Mode == DhcpMode.Observe)
        {
            transaction.Rule = $"would answer: {reply.BootFile}";
            return;
        }

        transaction.Rule = "boot part beside another server";
        var route = link.IsBootService
            ? ReplyRoute.ToSource(transaction.Source)
            : ReplyRoute.For(request, reply, transaction.Source, link.Ports);
        Address(transaction, route, subnet: null);
    }

    // What cannot be sent is not: the rule tells why.
    private static void Address(DhcpTransaction transaction, in ReplyRoute route, IPNetwork? subnet)
    {
        if (!transaction.Link.Unicast.Allows(route, subnet)) transaction.Rule = route.Target == ReplyTarget.Relay
            ? "the relay's address is none of a single other host"
            : "the client's address is none of a single other host";
        else if (!transaction.TryAddress(route)) transaction.Rule = "what the client must be told does not fit into the datagram it takes";
    }

    // Without a reply it is concluded all the same: its effect is durable by now.
    private void Send(DhcpTransaction transaction)
    {
        try
        {
            if (transaction.HasReply)
            {
                transaction.Link.Send(transaction);
                if (_capture is not null) Capture(transaction);
            }
        }
        catch (Exception e)
        {
            Drop(transaction, e);
            return;
        }

        Conclude(transaction, transaction.HasReply, transaction.Rule);
    }

    // The last that is done with a transaction: it must not throw, or the transaction would be concluded a second time, when it is another
    // client's already.
    private void Conclude(DhcpTransaction transaction, bool answered, string rule)
    {
        try
        {
            _telemetry.Concluded(transaction, answered, rule);
        }
        catch (Exception e)
        {
            _failures.Add(e); // a listener of the meter or of the trace threw; the transaction is over all the same
        }

        Return(transaction);
    }

    private void Return(DhcpTransaction transaction)
    {
        if (_pool.Return(transaction)) _requests.End();
    }

    private void Drop(DhcpTransaction transaction, Exception reason)
    {
        if (reason is not (SocketException or OperationCanceledException or ObjectDisposedException)) FailureLog.Count("dhcp", reason);
        if (!_stopping.IsCancellationRequested) LogDropped(transaction.Request.Hardware, transaction.Request.TransactionId, reason);
        Conclude(
            transaction,
            answered: false,
            reason is OperationCanceledException ? "the boot policy did not answer in time" : "could not be answered");
    }

    private void Abandon(IReadOnlyList<DhcpTransaction> transactions, Exception reason)
    {
        LogNotDurable(transactions.Count, reason);
        foreach (var transaction in transactions) Conclude(transaction, answered: false, "the lease could not be made durable");
    }
}
