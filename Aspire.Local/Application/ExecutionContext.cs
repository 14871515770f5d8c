namespace Aspire.Hosting;

/// <summary>Whether the application runs or is described for deployment.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>It runs.</summary>
    Run = 0,

    /// <summary>It is described for deployment.</summary>
    Publish = 1,
}

/// <summary>The application's mode.</summary>
public class DistributedApplicationExecutionContext
{
    /// <summary>Says the mode.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
        : this(operation, "manifest")
    {
    }

    /// <summary>Says the mode and who describes it.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationOperation operation, string publisherName)
    {
        Operation = operation;
        PublisherName = publisherName;
    }

    /// <summary>The mode.</summary>
    public DistributedApplicationOperation Operation { get; }

    /// <summary>Who describes the application.</summary>
    public string PublisherName { get; set; }

    /// <summary>Whether it is described for deployment.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;

    /// <summary>Whether it runs.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;
}

/// <summary>What an application is built with.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The assembly of the AppHost, when it is not the entry assembly.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The folder of the AppHost's project, when it is not known from its build.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether there is no dashboard. Default false.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether what resources write also goes to the log. Default false.</summary>
    public bool EnableResourceLogging { get; set; }

    /// <summary>Whether addresses may be http. Always so here: everything listens on loopback.</summary>
    public bool AllowUnsecuredTransport { get; set; }

    /// <summary>The name that the dashboard shows.</summary>
    public string? DashboardApplicationName { get; set; }
}

/// <summary>The application cannot go on; the message says why and what to do.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Without a message.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>Says why.</summary>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>Says why.</summary>
    public DistributedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
