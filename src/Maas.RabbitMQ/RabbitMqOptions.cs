using System.ComponentModel.DataAnnotations;
using Maas.Core.Delivery;
using Maas.Core.Nodes;

namespace Maas.RabbitMQ;

/// <summary>Where changes of machines are published, and which.</summary>
public sealed class RabbitMqOptions : IValidatableObject
{
    /// <summary>
    /// The broker: <c>amqps://rabbit.example.com/maas</c>, <c>amqp</c> without TLS. The path is the virtual host. For a cluster, name an
    /// address that leads to any node. It may contain a user name and a password; it is never logged.
    /// </summary>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>The user name; <see langword="null"/>, the default, for that of <see cref="Url"/>.</summary>
    public string? UserName { get; set; }

    /// <summary>The password; <see langword="null"/>, the default, for that of <see cref="Url"/>. It is never logged.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// A PEM file with the authorities that the broker's certificate is verified with; <see langword="null"/>, the default, for those of
    /// the system. The name of the certificate is verified in either case.
    /// </summary>
    public string? CertificateAuthorityFile { get; set; }

    /// <summary>A PEM file with the certificate of this client and its key; <see langword="null"/>, the default, for none.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>The exchange. Default <c>maas</c>.</summary>
    [Required, StringLength(200)]
    public string Exchange { get; set; } = "maas";

    /// <summary>
    /// Whether the exchange is declared after each connection: durable, of type topic. Default true. Without it, the user needs no right to
    /// configure.
    /// </summary>
    public bool DeclareExchange { get; set; } = true;

    /// <summary>
    /// Whether a change that no queue takes is refused, and given up after <see cref="MostAttempts"/>. Default false: a change that no
    /// queue asks for is delivered.
    /// </summary>
    public bool Mandatory { get; set; }

    /// <summary>
    /// The name of the delivery, by which the position is stored: letters, digits, <c>_</c> and <c>-</c>. Default <c>rabbitmq</c>.
    /// </summary>
    [Required, RegularExpression("[A-Za-z0-9_-]{1,60}")]
    public string Name { get; set; } = "rabbitmq";

    /// <summary>The kinds of changes that are published; empty, the default, for all.</summary>
    public IList<ChangeEventKind> Kinds { get; } = [];

    /// <summary>
    /// Statuses: only changes by which a machine comes into one of them are published. Empty, the default, for all changes.
    /// </summary>
    public IList<MachineStatus> Statuses { get; } = [];

    /// <summary>How long a connection, or the confirmation of a message, may take: 1 second to 5 minutes. Default 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many messages, each of another machine, wait for their confirmation at a time. Default 64.</summary>
    [Range(1, 128)]
    public int Concurrency { get; set; } = 64;

    /// <summary>How often the broker may refuse a message before it is given up; unavailability has no limit. Default 12.</summary>
    [Range(1, 100)]
    public int MostAttempts { get; set; } = 12;

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Url is not (null or { IsAbsoluteUri: true, Scheme: "amqp" or "amqps" }))
            yield return new ValidationResult("Url: The value must be an amqp or amqps address.");
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(5))
            yield return new ValidationResult("Timeout: The value must be between 1 second and 5 minutes.");
    }
}
