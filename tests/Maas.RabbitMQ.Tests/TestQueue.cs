using System.Text.Json;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Maas.RabbitMQ.Tests;

/// <summary>A durable queue at the exchange, and a consumer of it.</summary>
internal sealed class TestQueue : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _name;
    private readonly Channel<ReceivedMessage> _received = System.Threading.Channels.Channel.CreateUnbounded<ReceivedMessage>();

    private TestQueue(IConnection connection, IChannel channel, string name) =>
        (_connection, _channel, _name) = (connection, channel, name);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<TestQueue> OpenAsync(RabbitMqServer server, string name, string pattern)
    {
        var factory = new ConnectionFactory { Uri = server.Url, AutomaticRecoveryEnabled = false };
        var connection = await factory.CreateConnectionAsync(Stop);
        var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
        await channel.ExchangeDeclareAsync("maas", ExchangeType.Topic, durable: true, cancellationToken: Stop);
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, cancellationToken: Stop);
        await channel.QueueBindAsync(name, "maas", pattern, cancellationToken: Stop);
        return new TestQueue(connection, channel, name);
    }

    /// <summary>Begins to consume.</summary>
    public async Task ConsumeAsync()
    {
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivered) =>
        {
            using var json = JsonDocument.Parse(delivered.Body);
            _received.Writer.TryWrite(new ReceivedMessage(
                delivered.RoutingKey, new BasicProperties(delivered.BasicProperties), json.RootElement.Clone()));
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(_name, autoAck: true, consumer, Stop);
    }

    public ValueTask<ReceivedMessage> NextAsync() => _received.Reader.ReadAsync(Stop);

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}

/// <summary>A message from the broker.</summary>
internal sealed record ReceivedMessage(string RoutingKey, BasicProperties Properties, JsonElement Event)
{
    public string Id => Event.GetProperty("id").GetString()!; // every event has one

    public string Subject => Event.GetProperty("subject").GetString()!; // and those of machines a subject

    public long Number => Event.GetProperty("data").GetProperty("number").GetInt64();
}
