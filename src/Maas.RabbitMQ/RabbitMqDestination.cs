using System.Globalization;
using Maas.Core.Delivery;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Maas.RabbitMQ;

/// <summary>
/// Publishes changes of machines to a topic exchange, as persistent messages with publisher confirms: a change counts as delivered when the
/// broker has confirmed it.
/// </summary>
/// <remarks>
/// The connection is made by the first change, and again by the next one after it was lost. The routing key is
/// <c>machine.{kind}.{status}.{zone}</c>, such as <c>machine.status_changed.Deployed.default</c>; the body is
/// <see cref="ChangeEvent.ToCloudEvent"/>; the message id is <see cref="ChangeEvent.Id"/>.
/// </remarks>
/// <example>
/// <code>
/// await using var destination = new RabbitMqDestination(new RabbitMqOptions { Url = new Uri("amqps://rabbit.example.com/maas") });
/// await core.CreateDelivery("rabbitmq", destination).RunAsync(stop);
/// </code>
/// </example>
public sealed class RabbitMqDestination : IChangeDestination, IAsyncDisposable
{
    private readonly ConnectionFactory _factory;
    private readonly TimeProvider _timeProvider;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly string _exchange;
    private readonly bool _declares;
    private readonly bool _mandatory;
    private readonly TimeSpan _timeout;
    private volatile Link? _link;

    /// <summary>Makes a destination; nothing is connected yet.</summary>
    /// <param name="options">Where to publish; they are copied.</param>
    /// <param name="timeProvider">The clock of the time limits; <see langword="null"/> for the system's.</param>
    public RabbitMqDestination(RabbitMqOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _factory = BrokerConnector.FactoryFor(options);
        (_exchange, _declares, _mandatory) = (options.Exchange, options.DeclareExchange, options.Mandatory);
        (_timeout, _timeProvider) = (options.Timeout, timeProvider ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public async Task<DeliveryResult> DeliverAsync(ChangeEvent change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        using var limit = new CancellationTokenSource(_timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Link? link = null;
        try
        {
            link = await ConnectAsync(either.Token).ConfigureAwait(false);
            // With tracking of confirms, it ends with the broker's confirmation.
            await link.Channel.BasicPublishAsync(
                _exchange, RoutingKey.Of(change), _mandatory, PropertiesOf(change), change.ToCloudEvent(), either.Token)
                .ConfigureAwait(false);
            return new DeliveryResult.Delivered();
        }
        catch (PublishException refused) when (refused.IsReturn)
        {
            return new DeliveryResult.Rejected("No queue takes the message.");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (link is not null && failure is not PublishException) await DropAsync(link).ConfigureAwait(false);
            return new DeliveryResult.Unavailable(ReasonOf(failure));
        }
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_link is { } link) await DropAsync(link).ConfigureAwait(false);
        _connecting.Dispose();
    }

    private static BasicProperties PropertiesOf(ChangeEvent change) => new()
    {
        Persistent = true,
        ContentType = "application/cloudevents+json; charset=utf-8",
        MessageId = change.Id,
        Type = change.Type,
        Timestamp = new AmqpTimestamp(change.At.ToUnixTimeSeconds()),
        AppId = "maas",
    };

    // Texts of the client library may name the user; the broker's own reply does not.
    private static string ReasonOf(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is OperationInterruptedException { ShutdownReason: { } reason })
            {
                return string.Create(
                    CultureInfo.InvariantCulture, $"The broker closed the connection: {reason.ReplyCode} {reason.ReplyText}");
            }

            if (cause is System.Net.Sockets.SocketException socket) return $"The broker cannot be reached: {socket.SocketErrorCode}";
        }

        return failure switch
        {
            PublishException => "The broker did not take the message.",
            OperationCanceledException or TimeoutException => "The broker did not answer in time.",
            _ => $"{failure.GetType().Name} {failure.InnerException?.GetType().Name}".TrimEnd(),
        };
    }

    private async Task<Link> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_link is { Channel.IsOpen: true } open) return open;
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_link is { Channel.IsOpen: true } ready) return ready;
            if (_link is { } old) await DropAsync(old).ConfigureAwait(false);
            var connection = await _factory.CreateConnectionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var confirms = new CreateChannelOptions(
                    publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
                var channel = await connection.CreateChannelAsync(confirms, cancellationToken).ConfigureAwait(false);
                if (_declares)
                    await channel.ExchangeDeclareAsync(_exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken)
                        .ConfigureAwait(false);
                return _link = new Link(connection, channel);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task DropAsync(Link link)
    {
        if (Interlocked.CompareExchange(ref _link, null, link) != link) return; // another attempt dropped it
        try
        {
            await link.Connection.AbortAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            await link.Connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or AlreadyClosedException or OperationInterruptedException
            or TimeoutException or ObjectDisposedException)
        {
            // It was lost already.
        }
    }

    private sealed record Link(IConnection Connection, IChannel Channel);
}
